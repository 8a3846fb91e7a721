//! The control token under a race: a takeover and a send of the AI arrive together, a thousand times.

use baton_http::Options;
use serde_json::{Value, json};

use crate::{client::Client, world::World};

const TAKEOVERS: usize = 1_000;
const AT_ONCE: usize = 20;

/// What became of one race.
#[derive(Default, Clone, Copy)]
struct Outcome {
    sent: usize,
    refused: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_send_under_an_old_epoch_ever_reaches_the_widget() {
    // The limit on new conversations is another test's matter.
    let world = World::with(Options { widget_opens_per_minute: u32::MAX, ..Options::default() }).await;
    let mut races = tokio::task::JoinSet::new();
    let mut total = Outcome::default();
    let add = |total: &mut Outcome, one: Outcome| {
        total.sent += one.sent;
        total.refused += one.refused;
    };
    for n in 0..TAKEOVERS {
        if races.len() == AT_ONCE
            && let Some(done) = races.join_next().await
        {
            add(&mut total, done.unwrap());
        }
        let opened = world.shop.widget.write("POST", "/v1/widget/conversations", &json!({})).await.ok();
        let id = opened["conversation"]["id"].as_str().unwrap().to_owned();
        let customer = world.with_token(opened["token"].as_str().unwrap());
        races.spawn(race(world.shop.bot.clone(), customer, id, n));
    }
    while let Some(done) = races.join_next().await {
        add(&mut total, done.unwrap());
    }
    assert_eq!(total.sent + total.refused, TAKEOVERS);
    assert!(total.refused > TAKEOVERS / 20, "the race is real: {} sent, {} refused", total.sent, total.refused);
}

async fn race(bot: Client, customer: Client, id: String, n: usize) -> Outcome {
    let text = format!("Answer number {n}.");
    let turns = format!("/v1/conversations/{id}/turns");
    let send = json!({"role": "ai_agent", "text": text, "epoch": 0});
    let human = format!("/v1/widget/conversations/{id}/human");
    let (sent, taken) = tokio::join!(bot.write("POST", &turns, &send), customer.write("POST", &human, &Value::Null));
    taken.ok();
    let view = customer.get(&format!("/v1/widget/conversations/{id}")).await.ok();
    let shown = view["turns"].as_array().unwrap();
    let place = shown.iter().position(|t| t["text"] == text.as_str());
    let handover = shown.iter().position(|t| t["notice"] == "acknowledgement").expect("acknowledged");
    if sent.status == 409 {
        assert_eq!(sent.problem(), (409, "stale_epoch".into()));
        assert_eq!(place, None, "a refused send reached the widget");
        return Outcome { sent: 0, refused: 1 };
    }
    sent.ok();
    assert!(place.expect("an accepted send is shown") < handover, "the AI spoke after the handover");
    Outcome { sent: 1, refused: 0 }
}
