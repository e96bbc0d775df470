defmodule A do
  def f(x) do
    case x do
      1 -> raise "no"
      _ -> g(x)
    end
  end
  defp g(x), do: x
end
