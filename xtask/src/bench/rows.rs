//! What a measurement prints: a table for people, rows for programs.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

#[derive(Debug, Clone)]
pub(crate) struct Row {
    suite: &'static str,
    metric: String,
    value: f64,
    unit: &'static str,
    lo: Option<f64>,
    hi: Option<f64>,
    baseline: Option<f64>,
    target: Option<f64>,
}

impl Row {
    pub(crate) fn new(suite: &'static str, metric: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { suite, metric: metric.into(), value, unit, lo: None, hi: None, baseline: None, target: None }
    }

    /// The least and the greatest of the repeated measurements.
    pub(crate) fn range(mut self, lo: f64, hi: f64) -> Self {
        (self.lo, self.hi) = (Some(lo), Some(hi));
        self
    }

    /// What it is compared with, measured in the same run.
    pub(crate) fn baseline(mut self, value: f64) -> Self {
        self.baseline = Some(value);
        self
    }

    pub(crate) fn target(mut self, value: f64) -> Self {
        self.target = Some(value);
        self
    }
}

#[derive(Debug, Default)]
pub(crate) struct Rows(Vec<Row>);

impl Rows {
    pub(crate) fn push(&mut self, row: Row) {
        self.0.push(row);
    }

    /// Fields that do not apply are absent.
    pub(crate) fn json(&self) -> Value {
        let rows = self.0.iter().map(|row| {
            let mut out = Map::new();
            out.insert("suite".into(), json!(row.suite));
            out.insert("metric".into(), json!(row.metric));
            out.insert("value".into(), number(row.value));
            out.insert("unit".into(), json!(row.unit));
            for (name, value) in [("lo", row.lo), ("hi", row.hi), ("baseline", row.baseline), ("target", row.target)] {
                if let Some(value) = value {
                    out.insert(name.into(), number(value));
                }
            }
            Value::Object(out)
        });
        json!({ "rows": rows.collect::<Vec<_>>() })
    }

    pub(crate) fn table(&self) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{:<52} {:>12} {:<8} {:>12} {:>12} {:>12} {:>8}",
            "metric", "value", "unit", "lowest", "highest", "baseline", "target"
        );
        for row in &self.0 {
            let cell = |value: Option<f64>| value.map_or_else(String::new, short);
            let _ = writeln!(
                out,
                "{:<52} {:>12} {:<8} {:>12} {:>12} {:>12} {:>8}",
                format!("{} {}", row.suite, row.metric),
                short(row.value),
                row.unit,
                cell(row.lo),
                cell(row.hi),
                cell(row.baseline),
                cell(row.target)
            );
        }
        out
    }
}

fn number(value: f64) -> Value {
    json!((value * 1000.0).round() / 1000.0)
}

fn short(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_fields_are_absent() {
        let mut rows = Rows::default();
        rows.push(Row::new("turn", "p50", 1.23456, "ms").target(3.0));
        assert_eq!(
            rows.json().to_string(),
            r#"{"rows":[{"metric":"p50","suite":"turn","target":3.0,"unit":"ms","value":1.235}]}"#
        );
        assert!(rows.table().contains("turn p50"));
    }
}
