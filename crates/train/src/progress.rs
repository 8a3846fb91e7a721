//! What is being done and how far it is: a bar on a terminal, a line for each task elsewhere.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressStyle};

#[derive(Debug, Clone, Copy)]
pub struct Progress {
    bar: bool,
    quiet: bool,
}

/// A task that is under way; tells when it is dropped.
#[derive(Debug)]
pub struct Task {
    bar: ProgressBar,
    name: String,
    line: bool,
}

impl Progress {
    pub fn shown() -> Self {
        Self { bar: std::io::stderr().is_terminal(), quiet: false }
    }

    pub fn silent() -> Self {
        Self { bar: false, quiet: true }
    }

    pub fn task(&self, name: impl Into<String>, steps: usize) -> Task {
        let name = name.into();
        let line = !self.bar && !self.quiet;
        if line {
            eprintln!("train: {name} ({steps})");
        }
        let bar = if self.bar { ProgressBar::new(steps as u64) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}, {elapsed}, {eta} to go") {
            bar.set_style(style);
        }
        bar.set_message(name.clone());
        Task { bar, name, line }
    }
}

impl Task {
    pub fn step(&self, by: usize) {
        self.bar.inc(by as u64);
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        if self.line {
            eprintln!("train: {}: {:.1} s", self.name, self.bar.elapsed().as_secs_f64());
        }
    }
}
