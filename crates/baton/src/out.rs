//! Standard output, and the only way to it: `println!` panics where nobody reads on.

use std::io::{self, StdoutLock, Write};

pub(crate) fn out() -> Out {
    Out(io::stdout().lock())
}

/// Whoever reads no further (`| head`) has what they wanted: the command goes on without a word.
pub(crate) struct Out(StdoutLock<'static>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        read_or_not(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        read_or_not(self.0.flush(), ())
    }
}

fn read_or_not<T>(written: io::Result<T>, all: T) -> io::Result<T> {
    match written {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(all),
        other => other.map_err(|e| io::Error::new(e.kind(), format!("cannot write to standard output: {e}"))),
    }
}
