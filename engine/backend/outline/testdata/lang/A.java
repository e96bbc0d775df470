package x;
public class A {
    /** Finds it. */
    @Override
    public List<String> find(Map<String, Integer> m, int n) throws IOException {
        while (n > 0) {
            if (m.isEmpty()) { throw new IOException("e"); }
            n--;
        }
        return helper(m);
    }
    private static List<String> helper(Map<String, Integer> m) { return null; }
}
