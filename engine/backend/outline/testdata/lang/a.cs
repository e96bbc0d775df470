namespace N {
  class A {
    public async Task<int> Go(int x) {
      foreach (var i in xs) { await F(i); }
      return x;
    }
  }
}
