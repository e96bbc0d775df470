namespace a { 
class B : public C {
public:
  explicit B(int x) : x_(x) {}
  ~B();
  int get() const { return x_; }
  bool operator==(const B& o) const { return true; }
private:
  int x_;
};
}
static std::vector<int> f(const std::string& s) { 
  auto g = [&](int y) { return y; };
  #define FOO(x) x
  return {g(1)};
}
