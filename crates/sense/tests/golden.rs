//! What `sense` says about a varied set of turns, word for word: no change of speed may change it.

const TURNS: &str = include_str!("turns.txt");

#[test]
fn signals_of_plain_turns() {
    let mut all = String::new();
    for line in TURNS.lines() {
        let text = line.replace("\\n", "\n");
        let mut signals = baton_sense::sense(&text);
        assert_eq!(signals.embedding.take(), baton_sense::embed(&text));
        let signals = serde_json::to_string(&signals).expect("signals are plain data");
        all.push_str(&format!("{line}\n    {signals}\n"));
    }
    insta::assert_snapshot!(all);
}

/// Nobody can read them, but a change of arithmetic shows. They change with the weights.
#[test]
fn embeddings_of_some_turns() {
    let some = ["Where is my order?", "I want to talk to a person, please.", "¿Dónde está mi pedido? 😡"];
    let lines =
        some.map(|text| format!("{text}\n    {}", serde_json::to_string(&baton_sense::embed(text)).expect("plain data")));
    insta::assert_snapshot!(lines.join("\n"));
}
