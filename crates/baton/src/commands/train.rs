//! `baton train`: a workspace's own issue classes, from conversations that people have labelled.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use baton_ports::Accounts;
use baton_sense::{
    Classifier,
    fit::{Gain, Options, Sample, Task, cross_validate, fit, fit_second},
};
use indicatif::ProgressBar;
use serde::Deserialize;

use crate::{classes as files, cli::TrainArgs, out::out, parts};

const FOLDS: usize = 5;
/// Fewer examples of a class than folds cannot be judged.
const FEWEST: usize = FOLDS;
/// Weights of all classes together, at most: 4 MB.
const MOST_WEIGHTS: usize = 1 << 22;

#[derive(Debug, Deserialize, PartialEq)]
struct Row {
    text: String,
    label: String,
}

pub(crate) fn run(args: &TrainArgs) -> Result<()> {
    let target = target(args)?;
    let rows = read(&args.labelled)?;
    let classes: Vec<&str> = rows.iter().map(|r| r.label.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    check(&rows, &classes).with_context(|| format!("{} cannot be learnt from", args.labelled.display()))?;
    let examples: Vec<(Sample, Vec<usize>)> = rows
        .iter()
        .map(|row| (Sample::of(&row.text), classes.binary_search(&row.label.as_str()).into_iter().collect()))
        .collect();
    let options = options(classes.len());
    let said = cross_validate(&classes, &examples, FOLDS, &options)?;
    let gold: Vec<usize> = examples.iter().map(|(_, labels)| labels[0]).collect();
    report(&mut out(), &classes, &gold, &said)?;
    let mut classifier = Classifier::new(fit(&classes, &examples, &options)?)?;
    let encoder = args.data.as_deref().map(files::encoder).transpose()?.flatten();
    if let Some(encoder) = encoder {
        let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        // Hidden by itself when standard error is not a terminal.
        let bar = ProgressBar::new(texts.len() as u64);
        let directions = encoder.encode_all(&texts, || bar.inc(1));
        bar.finish_and_clear();
        let (second, gain) = fit_second(&classes, &examples, &directions, &options)?;
        writeln!(out(), "\n{}", told(&gain))?;
        classifier = classifier.with_second(second)?;
    }
    files::write(&target, &classifier.to_bytes())?;
    writeln!(out(), "\nwritten to {}; a server reads it when it starts", target.display())?;
    Ok(())
}

fn told(gain: &Gain) -> String {
    let percent = |a: usize, b: usize| 100.0 * a as f64 / b.max(1) as f64;
    format!(
        "the encoder is asked about {:.1} % of texts; of these {:.1} % are right with it, {:.1} % without",
        percent(gain.asked, gain.held_out),
        percent(gain.right_after, gain.asked),
        percent(gain.right_before, gain.asked),
    )
}

fn target(args: &TrainArgs) -> Result<PathBuf> {
    if let Some(out) = &args.out {
        return Ok(out.clone());
    }
    let (Some(data), Some(slug)) = (&args.data, &args.workspace) else {
        bail!("where to? --out FILE, or --data DIR with --workspace SLUG");
    };
    if parts::store(data)?.workspace_by_slug(slug)?.is_none() {
        bail!("there is no workspace `{slug}` in {}", data.display());
    }
    Ok(files::path(data, slug))
}

/// Rows are spread over the table by hashes; more classes leave fewer rows to each.
fn options(classes: usize) -> Options {
    let bits = (MOST_WEIGHTS / classes).ilog2().clamp(12, 17) as u8;
    Options { bits, cost: 0.7, balance: 0.3, dense: 1.0, ..Options::new(Task::OneOf) }
}

/// JSONL with `text` and `label` where the name says so, CSV with these columns otherwise.
fn read(file: &Path) -> Result<Vec<Row>> {
    let content = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let json = file.extension().is_some_and(|e| e == "jsonl" || e == "ndjson" || e == "json");
    let rows = if json { read_jsonl(&content) } else { read_csv(&content) };
    let rows = rows.with_context(|| file.display().to_string())?;
    for (i, row) in rows.iter().enumerate() {
        for (name, value) in [("text", &row.text), ("label", &row.label)] {
            if value.trim().is_empty() {
                bail!("{}: example {} has an empty {name}", file.display(), i + 1);
            }
        }
    }
    Ok(rows)
}

fn read_jsonl(content: &str) -> Result<Vec<Row>> {
    let lines = content.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(i, line)| serde_json::from_str(line).with_context(|| format!("line {}", i + 1))).collect()
}

fn read_csv(content: &str) -> Result<Vec<Row>> {
    let mut reader = csv::Reader::from_reader(content.as_bytes());
    let header = reader.headers()?.clone();
    if !header.iter().any(|h| h == "text") || !header.iter().any(|h| h == "label") {
        bail!("the header needs the columns text and label; it has {}", header.iter().collect::<Vec<_>>().join(", "));
    }
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

fn check(rows: &[Row], classes: &[&str]) -> Result<()> {
    match classes {
        [] => bail!("it has no examples"),
        [only] => bail!("all {} examples have the label `{only}`: there is nothing to tell apart", rows.len()),
        _ => {}
    }
    let count = |class: &&str| rows.iter().filter(|r| r.label == *class).count();
    let few: Vec<String> =
        classes.iter().map(|c| (c, count(c))).filter(|(_, n)| *n < FEWEST).map(|(c, n)| format!("`{c}` has {n}")).collect();
    if !few.is_empty() {
        bail!("every class needs {FEWEST} examples: {}; add some, or merge classes", few.join(", "));
    }
    Ok(())
}

fn report(out: &mut impl Write, classes: &[&str], gold: &[usize], said: &[usize]) -> Result<()> {
    #[derive(Default)]
    struct Counts {
        gold: usize,
        said: usize,
        hits: usize,
    }
    let mut counts: BTreeMap<usize, Counts> = BTreeMap::new();
    for (&g, &s) in gold.iter().zip(said) {
        counts.entry(g).or_default().gold += 1;
        counts.entry(s).or_default().said += 1;
        counts.entry(g).or_default().hits += usize::from(g == s);
    }
    let percent = |a: usize, b: usize| 100.0 * a as f64 / b.max(1) as f64;
    let hits: usize = counts.values().map(|c| c.hits).sum();
    writeln!(
        out,
        "{} examples, {} classes; accuracy {:.1} %, each fifth judged by the other four\n",
        gold.len(),
        classes.len(),
        percent(hits, gold.len()),
    )?;
    let width = classes.iter().map(|c| c.chars().count()).max().unwrap_or(0).max(5);
    writeln!(out, "{:<width$} {:>8} {:>9} {:>7} {:>6}", "class", "examples", "precision", "recall", "F1")?;
    for (class, c) in &counts {
        writeln!(
            out,
            "{:<width$} {:>8} {:>9.1} {:>7.1} {:>6.1}",
            classes[*class],
            c.gold,
            percent(c.hits, c.said),
            percent(c.hits, c.gold),
            percent(2 * c.hits, c.gold + c.said),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(labels: &[(&str, usize)]) -> Vec<Row> {
        let row = |label: &str, i| Row { text: format!("{label} {i}"), label: label.into() };
        labels.iter().flat_map(|(label, n)| (0..*n).map(|i| row(label, i)).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn what_cannot_be_learnt_is_explained() {
        let refused = |rows: &[Row], classes: &[&str]| check(rows, classes).unwrap_err().to_string();
        assert_eq!(refused(&[], &[]), "it has no examples");
        assert!(refused(&rows(&[("a", 9)]), &["a"]).contains("all 9 examples have the label `a`"));
        let few = refused(&rows(&[("a", 9), ("b", 2), ("c", 4)]), &["a", "b", "c"]);
        assert!(few.contains("`b` has 2, `c` has 4"), "{few}");
        assert!(check(&rows(&[("a", 5), ("b", 5)]), &["a", "b"]).is_ok());
    }

    #[test]
    fn both_forms_read_the_same() {
        let csv = read_csv("id,text,label\n1,\"hi, you\",greeting\n").unwrap();
        assert_eq!(csv, read_jsonl("{\"text\":\"hi, you\",\"label\":\"greeting\",\"id\":1}\n\n").unwrap());
        assert!(read_csv("utterance,label\nhi,x\n").unwrap_err().to_string().contains("utterance, label"));
        assert_eq!(read_jsonl("{\"text\":\"hi\",\"label\":\"x\"}\n{\"text\":1}").unwrap_err().to_string(), "line 2");
    }

    #[test]
    fn the_table_counts_both_errors() {
        let mut out = Vec::new();
        report(&mut out, &["a", "b"], &[0, 0, 1, 1], &[0, 1, 1, 1]).unwrap();
        let table = String::from_utf8(out).unwrap();
        assert!(table.contains("accuracy 75.0 %") && table.contains("66.7") && table.contains("50.0"), "{table}");
    }

    #[test]
    fn many_classes_have_smaller_tables() {
        assert_eq!((options(2).bits, options(150).bits, options(5000).bits), (17, 14, 12));
    }
}
