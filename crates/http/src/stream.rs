//! Live views: the whole view at once on subscribing, then the whole view again after each change that shows in it.
//!
//! Bursts are merged (a view every [`limits::STREAM_PACE`] at most). Every beat the credential is checked again, a
//! keep-alive goes out, and what moves with the clock alone is looked at. Clients need no `Last-Event-ID`: a view is whole.

use std::{convert::Infallible, future::Future, time::Duration};

use axum::response::{
    IntoResponse, Response,
    sse::{Event, Sse},
};
use baton_model::{BoardView, ConversationView, DeskView, EscalationView, Millis, PublicConversation, Timestamp};
use baton_runtime::Change;
use serde::Serialize;
use tokio::{
    sync::{broadcast::error::RecvError, mpsc},
    time::Instant,
};
use tokio_stream::wrappers::ReceiverStream;

use crate::{
    app::App,
    caller::{self, Caller},
    limits,
    problem::Problem,
};

/// A view whose only unsteady part is the time it was taken.
pub(crate) trait View: Serialize + PartialEq + Clone + Send + Sync + 'static {
    fn set_now(&mut self, now: Timestamp);
}

macro_rules! views {
    ($($view:ty),*) => {$(impl View for $view {
        fn set_now(&mut self, now: Timestamp) {
            self.now = now;
        }
    })*};
}
views!(BoardView, ConversationView, DeskView, EscalationView, PublicConversation);

/// What a stream shows and what it does besides.
pub(crate) trait Feed: Send + Sync + 'static {
    type View: View;

    /// The view now; none when the thing is gone, which ends the stream.
    fn view(&self, caller: &Caller) -> Option<Self::View>;

    /// Whether this change is about the thing itself. Others are looked at less often.
    fn about(&self, change: &Change) -> bool;

    /// Done on connecting and at every beat.
    fn beat(&self, _caller: &Caller) -> impl Future<Output = ()> + Send {
        async {}
    }
}

const fn duration(millis: Millis) -> Duration {
    Duration::from_millis(millis.0.unsigned_abs())
}

/// Opens the stream, or refuses when there is nothing to show.
pub(crate) async fn open<F: Feed>(app: App, caller: Caller, what: &str, feed: F) -> Result<Response, Problem> {
    // Subscribe first: a change between the view and the subscription would be lost otherwise.
    let changes = caller.handle.changes();
    feed.beat(&caller).await;
    let first = feed.view(&caller).ok_or_else(|| Problem::not_found(what))?;
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(async move {
        let stopped = app.stopped();
        tokio::select! {
            () = run(&app, &caller, &feed, first, changes, &sender) => {}
            () = stopped => {}
            () = sender.closed() => {}
        }
    });
    let headers = [("cache-control", "no-store"), ("x-accel-buffering", "no")];
    Ok((headers, Sse::new(ReceiverStream::new(receiver))).into_response())
}

type Sender = mpsc::Sender<Result<Event, Infallible>>;

async fn run<F: Feed>(
    app: &App,
    caller: &Caller,
    feed: &F,
    first: F::View,
    mut changes: tokio::sync::broadcast::Receiver<Change>,
    sender: &Sender,
) {
    let mut shown = first.clone();
    if !send(sender, &first).await {
        return;
    }
    shown.set_now(Timestamp::default());
    let mut sent_at = Instant::now();
    let mut beat = tokio::time::interval(duration(limits::STREAM_BEAT));
    beat.tick().await;
    // When the view must be looked at again, if a change has touched it.
    let mut look_at: Option<Instant> = None;
    loop {
        let looking = async {
            match look_at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            change = changes.recv() => {
                let pace = match change {
                    Ok(change) if feed.about(&change) => limits::STREAM_PACE,
                    Ok(_) => limits::STREAM_REFRESH,
                    // Changes were missed; the view is whole, so one look makes up for all of them.
                    Err(RecvError::Lagged(_)) => limits::STREAM_PACE,
                    Err(RecvError::Closed) => return,
                };
                let at = sent_at + duration(pace);
                look_at = Some(look_at.map_or(at, |earlier| earlier.min(at)));
                continue;
            }
            () = looking => {}
            _ = beat.tick() => {
                // A stopped workspace changes no more: the client comes back and finds it open again.
                if caller.handle.is_stopped()
                    || !caller::still_valid(app, caller).await
                    || sender.send(Ok(Event::default().comment("keep-alive"))).await.is_err()
                {
                    return;
                }
                feed.beat(caller).await;
            }
        }
        look_at = None;
        let Some(view) = feed.view(caller) else { return };
        let mut comparable = view.clone();
        comparable.set_now(Timestamp::default());
        sent_at = Instant::now();
        if comparable != shown {
            shown = comparable;
            if !send(sender, &view).await {
                return;
            }
        }
    }
}

async fn send<V: View>(sender: &Sender, view: &V) -> bool {
    match Event::default().event("view").json_data(view) {
        Ok(event) => sender.send(Ok(event)).await.is_ok(),
        Err(error) => {
            tracing::error!(%error, "a view does not serialise");
            false
        }
    }
}
