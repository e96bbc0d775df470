class A {
  /// Runs.
  Future<int> run(String s, {int n = 1}) async {
    await go(s);
    for (var i in [1]) { print(i); }
    return n;
  }
}
int twice(int x) => 2 * x;
