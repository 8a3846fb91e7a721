//! The router with everything around it, and the server.

use std::{future::Future, io, net::SocketAddr};

use axum::{
    Router,
    http::{HeaderName, HeaderValue},
    middleware,
    response::{IntoResponse, Response},
    serve::ListenerExt as _,
};
use tokio::net::TcpListener;
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer};

use crate::{
    app::App,
    assets, caller, cors, log,
    problem::{Code, Problem},
    routes,
};

/// All routes, guarded; `beside` is served as it is, for pages that the caller answers for.
pub fn router(app: App, beside: Router) -> Router {
    let (api, _) = routes::router().split_for_parts();
    let fixed = |name: &'static str, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    api.route_layer(middleware::from_fn_with_state(app.clone(), caller::guard))
        .method_not_allowed_fallback(wrong_method)
        .fallback(assets::serve)
        .with_state(app)
        .merge(beside)
        .layer(middleware::from_fn(cors::widget))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(log::requests))
        .layer(fixed("x-content-type-options", "nosniff"))
        .layer(fixed("referrer-policy", "no-referrer"))
        .layer(fixed("cache-control", "no-store"))
        .layer(fixed("content-security-policy", "default-src 'none'; frame-ancestors 'none'"))
}

async fn wrong_method() -> Problem {
    Problem::new(Code::MethodNotAllowed, "This path does not have this method.")
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Problem::internal("a handler panicked").into_response()
}

/// Serves until `shutdown` resolves, then ends the streams and lets requests in flight finish.
pub async fn serve(listener: TcpListener, app: App, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    serve_with(listener, app, Router::new(), shutdown).await
}

/// As [`serve`], with the binary's own routes beside the API. They are not guarded: nothing secret belongs there.
pub async fn serve_with(
    listener: TcpListener,
    app: App,
    beside: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // Small answers must not wait for more.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was not set");
        }
    });
    let service = router(app.clone(), beside).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(async move {
            shutdown.await;
            app.stop();
        })
        .await
}
