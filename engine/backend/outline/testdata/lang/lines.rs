use std::io;

/// Reads all lines.
///
/// Empty ones too.
#[inline]
pub fn read_lines<R: io::BufRead>(r: R, max: usize) -> io::Result<Vec<String>> {
    let mut out = Vec::new();
    for line in r.lines() {
        let line = line?;
        if out.len() >= max {
            return Err(io::Error::new(io::ErrorKind::Other, "too many"));
        }
        match line.as_str() {
            "" => continue,
            _ => out.push(line),
        }
    }
    Ok(out)
}

struct Point { x: i32 }
impl Point {
    fn norm(&self) -> i32 { self.x.abs() }
}
