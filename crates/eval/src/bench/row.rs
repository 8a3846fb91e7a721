//! What a benchmark prints.

use serde::Serialize;

use super::BenchError;

/// Whose number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The detectors in the binary.
    Shipped,
    /// The same features, fitted on the data set's training part at evaluation time.
    Fitted,
}

/// One number. Fields that do not apply are absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub suite: &'static str,
    pub metric: String,
    pub value: f64,
    /// `%` for shares and F1, `us` for microseconds, `turns`, …
    pub unit: &'static str,
    /// 95% interval: bootstrap by dialogue, or by text where texts stand alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lo: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hi: Option<f64>,
    /// A cheap baseline on the same task; its source is in the suite's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// The best published number known to us; its source is in the suite's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Texts, turns or dialogues scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<usize>,
    /// What must be known to read the number: policy, mapping, limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// A smaller value is better.
    #[serde(skip)]
    pub lower_is_better: bool,
}

impl Row {
    /// A share in 0..=1, shown in percent.
    pub fn percent(metric: impl Into<String>, share: f64) -> Self {
        Self::new(metric, 100.0 * share, "%")
    }

    pub fn new(metric: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            suite: "",
            metric: metric.into(),
            value,
            unit,
            lo: None,
            hi: None,
            baseline: None,
            published: None,
            target: None,
            mode: None,
            n: None,
            note: None,
            lower_is_better: false,
        }
    }

    pub fn shipped(mut self) -> Self {
        self.mode = Some(Mode::Shipped);
        self
    }

    pub fn fitted(mut self) -> Self {
        self.mode = Some(Mode::Fitted);
        self
    }

    /// An interval in the unit of the value; for [`Row::percent`], of shares.
    pub fn interval(mut self, (lo, hi): (f64, f64)) -> Self {
        let scale = if self.unit == "%" { 100.0 } else { 1.0 };
        (self.lo, self.hi) = (Some(lo * scale), Some(hi * scale));
        self
    }

    /// In the unit of the value, as are `published` and `target`.
    pub fn baseline(mut self, value: f64) -> Self {
        self.baseline = Some(value);
        self
    }

    pub fn published(mut self, value: f64) -> Self {
        self.published = Some(value);
        self
    }

    pub fn target(mut self, value: f64) -> Self {
        self.target = Some(value);
        self
    }

    pub fn at_most(mut self, value: f64) -> Self {
        self.lower_is_better = true;
        self.target(value)
    }

    pub fn n(mut self, n: usize) -> Self {
        self.n = Some(n);
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// `None` where there is no target.
    pub fn reached(&self) -> Option<bool> {
        self.target.map(|target| if self.lower_is_better { self.value <= target } else { self.value >= target })
    }
}

/// Points to draw: a reliability curve, a risk-coverage curve, a frontier.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curve {
    pub suite: &'static str,
    pub title: String,
    pub x: &'static str,
    pub y: &'static str,
    pub points: Vec<(f64, f64)>,
    /// The line a perfect curve would follow is the diagonal.
    pub diagonal: bool,
}

/// All that was measured.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Results {
    pub rows: Vec<Row>,
    /// Parts that are not there, as `suite: path`.
    pub missing: Vec<String>,
    /// What could not be read, as `suite: problem`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<Curve>,
    #[serde(skip)]
    suite: &'static str,
}

impl Results {
    pub(super) fn begin(&mut self, suite: &'static str) {
        self.suite = suite;
    }

    pub fn add(&mut self, row: Row) {
        self.rows.push(Row { suite: self.suite, ..row });
    }

    pub fn missing(&mut self, part: &str) {
        self.missing.push(format!("{}: {part}", self.suite));
    }

    /// What was read, unless its part is missing, which is said: the rest of a suite goes on without it.
    pub fn there<T>(&mut self, read: Result<T, BenchError>) -> Result<Option<T>, BenchError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(BenchError::Missing { part }) => {
                self.missing(&part);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    pub fn failed(&mut self, problem: &str) {
        self.failed.push(format!("{}: {problem}", self.suite));
    }

    pub fn curve(
        &mut self,
        title: impl Into<String>,
        x: &'static str,
        y: &'static str,
        points: Vec<(f64, f64)>,
        diagonal: bool,
    ) {
        self.curves.push(Curve { suite: self.suite, title: title.into(), x, y, points, diagonal });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_knows_its_direction() {
        assert_eq!(Row::percent("f1", 0.8).target(80.0).reached(), Some(true));
        assert_eq!(Row::new("p50", 60.0, "us").at_most(50.0).reached(), Some(false));
        assert_eq!(Row::percent("f1", 0.8).reached(), None);
    }

    #[test]
    fn absent_fields_are_absent() {
        let mut results = Results::default();
        results.begin("banking77");
        results.add(Row::percent("accuracy", 0.5).fitted());
        let json = serde_json::to_value(&results).expect("serialises");
        let row = &json["rows"][0];
        assert_eq!(
            row,
            &serde_json::json!({"suite": "banking77", "metric": "accuracy", "value": 50.0, "unit": "%", "mode": "fitted"})
        );
    }
}
