template <typename T>
int Foo::bar(std::vector<T> v, int n) const {
  for (auto x : v) if (x > n) return x;
  throw std::runtime_error("x");
}
