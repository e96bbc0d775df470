public final class K<T extends Comparable<T>> implements I {
  private final int x;
  public K(int x) { this.x = x; }
  @Override public <R> R map(Function<? super T, R> f) { return f.apply(null); }
  static void run() throws Exception {
    new Thread(new Runnable() { public void run() { System.out.println("x"); } }).start();
    synchronized (K.class) { if (x > 1) { run(); } else if (x < 0) throw new E(); else { } }
    do { x--; } while (x > 0);
    switch (x) { case 1: return; default: break; }
  }
}
