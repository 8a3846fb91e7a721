use super::samples::*;
#[test]
fn speed() {
    let mut talk = Talk::new();
    for i in 0..100 {
        talk = if i % 2 == 0 { talk.customer("Hello, my kettle from order A-1042 arrived broken and I would like a refund, please help me with this annoying thing. I paid 129.95 EUR by card 4242 4242 4242 4242.").entity("A-1042", baton_model::EntityKind::Reference, "A-1042").entity("4242 4242 4242 4242", baton_model::EntityKind::Card, "4242424242424242") }
        else { talk.ai("You can return items within 30 days. We will refund you within 24 hours if the item arrived broken. Please see the guide for more on this.").cites("Returns and refunds") };
    }
    talk = talk.at_trigger(baton_model::Trigger::AiLimit);
    talk.escalation.issue_class = "refund".into();
    talk.know(Some(a_customer()), vec![an_order("A-1042", 3)]);
    let body = "You can return the kettle for a refund within some days. It must be clean and in its box. ".repeat(25);
    talk.articles = (0..30).map(|i| an_article(&format!("a{i}"), "Returns of kettles", &body, &["refund"])).collect();
    for _ in 0..3 {
        let t = std::time::Instant::now();
        for _ in 0..100 { std::hint::black_box(talk.build()); }
        eprintln!("{:?} per build", t.elapsed() / 100);
        let p = talk.build();
        let t = std::time::Instant::now();
        for _ in 0..100 { std::hint::black_box(super::faults(&p, &talk.conversation)); }
        eprintln!("{:?} per faults", t.elapsed() / 100);
    }

    macro_rules! t { ($n:literal, $e:expr) => {{ let mut best = std::time::Duration::MAX; for _ in 0..30 { let t = std::time::Instant::now(); std::hint::black_box($e); best = best.min(t.elapsed()); } eprintln!("{:>12} {best:?}", $n); }} }
    use super::*;
    let c = &talk.conversation;
    let reading = Reading::of(c, usize::MAX);
    let orders = customer::orders(c, &reading);
    let card = customer::card(c, &reading, vec![]);
    let records = check::records(&card, &orders);
    let tr = tried::tried(&reading); let pr = promises::promises(&reading, None); let mo = mood::mood(&reading);
    let w = wants::want(&reading, &orders); let w = w.as_ref();
    let sum = summary::summary(&reading, w, &tr, &mo, &pr);
    let arts: Vec<&Article> = talk.articles.iter().collect();
    t!("reading", Reading::of(c, usize::MAX));
    t!("card", customer::card(c, &reading, vec![]));
    t!("orders", customer::orders(c, &reading));
    t!("entities", customer::entities(&reading));
    t!("tried", tried::tried(&reading));
    t!("promises", promises::promises(&reading, None));
    t!("want", wants::want(&reading, &orders));
    t!("summary", summary::summary(&reading, w, &tr, &mo, &pr));
    t!("supported", sum.iter().filter(|c| check::unsupported(c, &reading, &records).is_none()).count());
    t!("articles", articles::best(&arts, &reading, "refund"));
    t!("gaps", gaps::completeness(c, &reading, &card, &orders, &Issue { class: "refund".into(), confidence: 0.0 }, &reason::reason(&talk.escalation, &reading), w));
    t!("transcript", transcript(&reading));
    t!("build", talk.build());
}
