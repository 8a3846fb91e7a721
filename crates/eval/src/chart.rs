//! Small SVG charts as text: direct labels, colours from the page's variables, nothing loaded from elsewhere.

use std::fmt::Write as _;

/// The style of every report page.
pub const STYLE: &str = include_str!("report.css");

/// For text and attribute values alike.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A label with a solid and a hollow part: escalated and offered.
#[derive(Debug)]
pub struct Bar {
    pub label: String,
    pub solid: u32,
    pub hollow: u32,
}

impl Bar {
    fn words(&self) -> String {
        match (self.solid, self.hollow) {
            (n, 0) => n.to_string(),
            (0, n) => format!("{n} offered"),
            (s, h) => format!("{s} + {h} offered"),
        }
    }
}

/// Horizontal bars, one line each, the number at the end.
pub fn bars(title: &str, bars: &[Bar]) -> String {
    const LABEL: f64 = 150.0;
    const LINE: f64 = 26.0;
    const ROOM: f64 = 330.0;
    const NUMBER: f64 = 120.0;
    let most = f64::from(bars.iter().map(|b| b.solid + b.hollow).max().unwrap_or(0).max(1));
    let height = LINE * bars.len() as f64;
    let mut svg = open(title, LABEL + ROOM + NUMBER, height);
    for (n, bar) in bars.iter().enumerate() {
        let y = LINE * n as f64;
        let (solid, hollow) = (f64::from(bar.solid) / most * ROOM, f64::from(bar.hollow) / most * ROOM);
        text(&mut svg, LABEL - 10.0, y + 17.0, "end", "", &bar.label);
        rect(&mut svg, LABEL, y + 5.0, solid, 16.0, "solid");
        rect(&mut svg, LABEL + solid, y + 5.0, hollow, 16.0, "hollow");
        text(&mut svg, LABEL + solid + hollow + 8.0, y + 17.0, "start", "num", &bar.words());
    }
    svg + "</svg>"
}

/// Vertical bars side by side, the number on top, the label below.
pub fn columns(title: &str, bars: &[Bar]) -> String {
    const WIDTH: f64 = 600.0;
    const HEIGHT: f64 = 200.0;
    const TOP: f64 = 18.0;
    const BOTTOM: f64 = 22.0;
    let most = f64::from(bars.iter().map(|b| b.solid + b.hollow).max().unwrap_or(0).max(1));
    let step = WIDTH / bars.len().max(1) as f64;
    let mut svg = open(title, WIDTH, HEIGHT);
    for (n, bar) in bars.iter().enumerate() {
        let room = HEIGHT - TOP - BOTTOM;
        let (solid, hollow) = (f64::from(bar.solid) / most * room, f64::from(bar.hollow) / most * room);
        let (x, width) = (step * n as f64 + step * 0.12, step * 0.76);
        let base = HEIGHT - BOTTOM;
        rect(&mut svg, x, base - solid, width, solid, "solid");
        rect(&mut svg, x, base - solid - hollow, width, hollow, "hollow");
        let middle = x + width / 2.0;
        if bar.solid + bar.hollow > 0 {
            text(&mut svg, middle, base - solid - hollow - 5.0, "middle", "num", &(bar.solid + bar.hollow).to_string());
        }
        text(&mut svg, middle, HEIGHT - 6.0, "middle", "dim", &bar.label);
    }
    svg + "</svg>"
}

/// Strain from turn to turn, 0 to 1.
pub fn sparkline(title: &str, values: &[f32]) -> String {
    const WIDTH: f64 = 120.0;
    const HEIGHT: f64 = 24.0;
    let mut svg = open(title, WIDTH, HEIGHT);
    let step = (WIDTH - 8.0) / (values.len().saturating_sub(1).max(1)) as f64;
    let point = |n: usize, v: f32| (4.0 + step * n as f64, 20.0 - f64::from(v.clamp(0.0, 1.0)) * 16.0);
    let points: Vec<String> =
        values.iter().enumerate().map(|(n, v)| point(n, *v)).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    // Writing to a String cannot fail, here and below.
    let _ = write!(svg, r#"<polyline class="line" points="{}"/>"#, points.join(" "));
    if let Some((n, v)) = values.iter().enumerate().next_back() {
        let (x, y) = point(n, *v);
        let _ = write!(svg, r#"<circle class="dot" cx="{x:.1}" cy="{y:.1}" r="2.5"/>"#);
    }
    svg + "</svg>"
}

/// A line through points of the unit square, with the diagonal where a perfect curve would lie.
pub fn curve(title: &str, x: &str, y: &str, points: &[(f64, f64)], diagonal: bool) -> String {
    const SIDE: f64 = 220.0;
    const LEFT: f64 = 34.0;
    const BOTTOM: f64 = 30.0;
    let at = |(px, py): (f64, f64)| (LEFT + px.clamp(0.0, 1.0) * SIDE, 8.0 + (1.0 - py.clamp(0.0, 1.0)) * SIDE);
    let mut svg = open(title, LEFT + SIDE + 12.0, SIDE + BOTTOM + 8.0);
    let _ = write!(svg, r#"<path class="axis" d="M{LEFT:.0} 8V{:.0}H{:.0}"/>"#, SIDE + 8.0, LEFT + SIDE);
    if diagonal {
        let _ = write!(
            svg,
            r#"<path class="axis" stroke-dasharray="3 4" d="M{LEFT:.0} {:.0}L{:.0} 8"/>"#,
            SIDE + 8.0,
            LEFT + SIDE
        );
    }
    let drawn: Vec<(f64, f64)> = points.iter().map(|&p| at(p)).collect();
    let line: Vec<String> = drawn.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ = write!(svg, r#"<polyline class="line" points="{}"/>"#, line.join(" "));
    // Single dots only where they can be told apart.
    if drawn.len() <= 20 {
        for (x, y) in &drawn {
            let _ = write!(svg, r#"<circle class="dot" cx="{x:.1}" cy="{y:.1}" r="2.5"/>"#);
        }
    }
    for (value, words) in [(0.0, "0"), (1.0, "1")] {
        text(&mut svg, LEFT - 6.0, at((0.0, value)).1 + 4.0, "end", "dim", words);
        text(&mut svg, at((value, 0.0)).0, SIDE + 24.0, "middle", "dim", words);
    }
    text(&mut svg, LEFT + SIDE / 2.0, SIDE + 26.0, "middle", "dim", x);
    text(&mut svg, LEFT + 8.0, 20.0, "start", "dim", y);
    svg + "</svg>"
}

fn open(title: &str, width: f64, height: f64) -> String {
    let title = escape(title);
    format!(
        r#"<svg role="img" aria-label="{title}" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}"><title>{title}</title>"#
    )
}

fn rect(svg: &mut String, x: f64, y: f64, width: f64, height: f64, class: &str) {
    if width > 0.0 && height > 0.0 {
        let _ = write!(svg, r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}"/>"#);
    }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, class: &str, words: &str) {
    let _ = write!(svg, r#"<text class="{class}" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{}</text>"#, escape(words));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_nothing_divides_by_zero() {
        let bar = Bar { label: "<b>".into(), solid: 0, hollow: 0 };
        for svg in [
            bars("t", &[bar]),
            bars("t", &[]),
            columns("t", &[]),
            sparkline("t", &[]),
            sparkline("t", &[0.5]),
            curve("t", "x", "y", &[], true),
            curve("t", "x", "y", &[(0.0, 2.0)], false),
        ] {
            assert!(
                svg.starts_with("<svg") && svg.ends_with("</svg>") && !svg.contains("<b>") && !svg.contains("NaN"),
                "{svg}"
            );
        }
    }
}
