# Gets.
function Get-It($a, [int]$b = 2) {
  foreach ($x in $a) { Write-Host $x }
  if ($b -gt 1) { return $b }
}
