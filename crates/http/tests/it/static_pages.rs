//! The embedded pages and the headers that keep them safe.

use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_is_served_and_framed_by_nobody() {
    let world = World::new().await;
    for path in ["/", "/desk", "/desk/items/esc_1"] {
        let page = world.anonymous().get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'self'"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("cache-control"), Some("no-cache"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_is_there_is_served() {
    let world = World::new().await;
    for path in ["/secrets", "/assets/none.js", "/assets/../index.html", "/.git/config", "/index.html"] {
        assert_eq!(world.anonymous().get(path).await.problem(), (404, "not_found".into()), "{path}");
    }
    let posted = world.anonymous().write("POST", "/", &serde_json::json!({})).await;
    assert_eq!(posted.problem(), (405, "method_not_allowed".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_exists_only_in_the_demo() {
    let world = World::with(baton_http::Options::default()).await;
    assert_eq!(world.anonymous().get("/demo").await.problem(), (404, "not_found".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_of_the_api_are_not_kept() {
    let world = World::new().await;
    let me = world.shop.admin.get("/v1/me").await;
    assert_eq!(me.header("cache-control"), Some("no-store"));
    assert_eq!(me.header("content-security-policy"), Some("default-src 'none'; frame-ancestors 'none'"));
}
