<?php
class A {
  public function f(int $x, $y = 2): ?int {
    foreach ($y as $z) { if (!$z) return null; }
    return $this->g($x);
  }
}
