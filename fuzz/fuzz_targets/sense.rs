//! Any bytes, read as the edge reads them: no panic, scores and spans in their bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let signals = baton_sense::sense(&text);
    let chars = text.chars().count() as u32;
    assert!((-1.0..=1.0).contains(&signals.sentiment));
    for signal in &signals.found {
        assert!((0.0..=1.0).contains(&signal.score));
        assert!(signal.spans.iter().all(|s| s.start < s.end && s.end <= chars));
    }
    assert!(signals.entities.iter().all(|e| e.span.start < e.span.end && e.span.end <= chars));
});
