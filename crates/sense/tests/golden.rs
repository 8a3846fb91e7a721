//! What `sense` says about a varied set of turns, word for word: no change of speed may change it.

const TURNS: &str = include_str!("turns.txt");

#[test]
fn signals_of_plain_turns() {
    let mut all = String::new();
    for line in TURNS.lines() {
        let text = line.replace("\\n", "\n");
        let signals = serde_json::to_string(&baton_sense::sense(&text)).expect("signals are plain data");
        all.push_str(&format!("{line}\n    {signals}\n"));
    }
    insta::assert_snapshot!(all);
}
