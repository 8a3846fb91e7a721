//! Reading the parts of a data set: bad lines are named with file and line.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;

use super::Bench;

#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error("{part} is not there")]
    Missing { part: String },
    #[error("cannot read {file}: {source}")]
    Unreadable { file: String, source: io::Error },
    #[error("{file}:{line}: {problem}")]
    Malformed { file: String, line: usize, problem: String },
}

/// Rows of a CSV or TSV part, by the names in its header.
#[derive(Debug, Clone)]
pub struct Table {
    file: String,
    header: Vec<String>,
    rows: Vec<(usize, Vec<String>)>,
}

impl Table {
    /// The cells of the named columns, row by row.
    pub fn columns<const N: usize>(&self, names: [&str; N]) -> Result<Vec<[&str; N]>, BenchError> {
        let mut at = [0; N];
        for (slot, name) in at.iter_mut().zip(names) {
            *slot = self.header.iter().position(|h| h == name).ok_or_else(|| BenchError::Malformed {
                file: self.file.clone(),
                line: 1,
                problem: format!("no column {name}; there are {}", self.header.join(", ")),
            })?;
        }
        self.rows
            .iter()
            .map(|(line, cells)| {
                let mut out = [""; N];
                for (slot, &i) in out.iter_mut().zip(&at) {
                    *slot = cells.get(i).ok_or_else(|| BenchError::Malformed {
                        file: self.file.clone(),
                        line: *line,
                        problem: format!("{} cells, {} expected", cells.len(), self.header.len()),
                    })?;
                }
                Ok(out)
            })
            .collect()
    }

    pub fn header(&self) -> &[String] {
        &self.header
    }
}

impl Bench<'_> {
    /// The first of these files (relative to the data directory) that is there.
    pub fn find(&self, candidates: &[&str]) -> Result<PathBuf, BenchError> {
        candidates
            .iter()
            .map(|part| self.data.join(part))
            .find(|path| path.is_file())
            .ok_or_else(|| BenchError::Missing { part: candidates.join(" or ") })
    }

    pub fn text(&self, part: &str) -> Result<String, BenchError> {
        let path = self.find(&[part])?;
        fs::read_to_string(&path).map_err(|source| BenchError::Unreadable { file: path.display().to_string(), source })
    }

    /// Lines without their ends.
    pub fn lines(&self, part: &str) -> Result<Vec<String>, BenchError> {
        Ok(self.text(part)?.lines().map(str::to_owned).collect())
    }

    pub fn json<T: DeserializeOwned>(&self, part: &str) -> Result<T, BenchError> {
        serde_json::from_str(&self.text(part)?).map_err(|e| BenchError::Malformed {
            file: part.to_owned(),
            line: e.line(),
            problem: e.to_string(),
        })
    }

    pub fn jsonl<T: DeserializeOwned>(&self, part: &str) -> Result<Vec<T>, BenchError> {
        let text = self.text(part)?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        lines
            .map(|(i, line)| {
                serde_json::from_str(line).map_err(|e| BenchError::Malformed {
                    file: part.to_owned(),
                    line: i + 1,
                    problem: e.to_string(),
                })
            })
            .collect()
    }

    /// Comma-separated with quotes and a header.
    pub fn csv(&self, part: &str) -> Result<Table, BenchError> {
        self.table(part, b',')
    }

    /// Tab-separated with quotes and a header.
    pub fn tsv(&self, part: &str) -> Result<Table, BenchError> {
        self.table(part, b'\t')
    }

    /// Tab-separated without a header or quotes: one line is one row.
    pub fn tsv_lines<const N: usize>(&self, part: &str) -> Result<Vec<[String; N]>, BenchError> {
        let lines = self.lines(part)?;
        let numbered = lines.iter().enumerate().filter(|(_, line)| !line.is_empty());
        numbered
            .map(|(i, line)| {
                let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
                let count = cells.len();
                cells.try_into().map_err(|_| BenchError::Malformed {
                    file: part.to_owned(),
                    line: i + 1,
                    problem: format!("{count} cells, {N} expected"),
                })
            })
            .collect()
    }

    fn table(&self, part: &str, delimiter: u8) -> Result<Table, BenchError> {
        let path = self.find(&[part])?;
        read_table(&path, part, delimiter)
    }
}

fn read_table(path: &Path, part: &str, delimiter: u8) -> Result<Table, BenchError> {
    let malformed = |line: usize, problem: String| BenchError::Malformed { file: part.to_owned(), line, problem };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_path(path)
        .map_err(|e| malformed(0, e.to_string()))?;
    let header = reader.headers().map_err(|e| malformed(1, e.to_string()))?.iter().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| malformed(e.position().map_or(0, |p| p.line() as usize), e.to_string()))?;
        let line = record.position().map_or(0, |p| p.line() as usize);
        rows.push((line, record.iter().map(str::to_owned).collect()));
    }
    Ok(Table { file: part.to_owned(), header, rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::Split;

    fn with(name: &str, content: &str, check: impl FnOnce(&Bench<'_>)) {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(name), content).expect("written");
        check(&Bench { data: folder.path(), split: Split::Dev, models: None });
    }

    #[test]
    fn quoted_cells_hold_line_breaks() {
        with("a.csv", "text,label\n\"one,\ntwo\",x\nthree,y\n", |bench| {
            let table = bench.csv("a.csv").expect("reads");
            assert_eq!(table.columns(["label", "text"]).expect("columns"), [["x", "one,\ntwo"], ["y", "three"]]);
        });
    }

    #[test]
    fn bad_lines_are_named() {
        with("a.jsonl", "{\"a\":1}\n{\"a\":\n", |bench| {
            let e = bench.jsonl::<serde_json::Value>("a.jsonl").expect_err("malformed");
            assert!(e.to_string().starts_with("a.jsonl:2:"), "{e}");
        });
        with("a.tsv", "text\tlabel\nonly\n", |bench| {
            let e = bench.tsv("a.tsv").expect("reads").columns(["label"]).expect_err("short row");
            assert!(e.to_string().starts_with("a.tsv:2:"), "{e}");
            let e = bench.tsv("a.tsv").expect("reads").columns(["intent"]).expect_err("no such column");
            assert!(e.to_string().contains("no column intent"), "{e}");
        });
        with("b.tsv", "a\tb\nc\n", |bench| {
            let e = bench.tsv_lines::<2>("b.tsv").expect_err("short row");
            assert!(e.to_string().starts_with("b.tsv:2: 1 cells"), "{e}");
        });
    }

    #[test]
    fn what_is_not_there_is_missing() {
        with("a.csv", "", |bench| {
            let e = bench.find(&["b.csv", "c.csv"]).expect_err("missing");
            assert!(matches!(&e, BenchError::Missing { part } if part == "b.csv or c.csv"), "{e}");
        });
    }
}
