export function App({ name }: { name: string }) {
  const [n, setN] = useState(0);
  const onClick = () => setN(n + 1);
  if (!name) return null;
  return <div onClick={onClick}>{name.map((x) => <b key={x}>{x}</b>)}</div>;
}
