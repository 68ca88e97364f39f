//! The networks, built from the configuration.

use std::sync::Arc;
use std::time::Duration;

use super::roles;
use crate::config::Config;
use crate::domain::clock::SharedClock;
use crate::domain::error::UserError;
use crate::net::{HttpClient, NetOptions, Origin};
use crate::platforms::Outlet;
use crate::platforms::lens::{Lens, Settings};
use crate::platforms::sandbox::Sandbox;
use crate::store::Store;

/// The client for everything outside; what the configuration names may lie in a private network, also the services that
/// link to pictures they made.
pub(super) fn http_client(config: &Config, clock: &SharedClock) -> anyhow::Result<HttpClient> {
    let mut trusted = roles::trusted(&config.models);
    trusted.extend(
        [&config.lens.api, &config.lens.storage]
            .into_iter()
            .filter_map(Origin::of),
    );
    HttpClient::new(NetOptions {
        trusted,
        clock: clock.clone(),
        ..NetOptions::default()
    })
}

pub(super) fn lens(
    config: &Config,
    http: &HttpClient,
    clock: &SharedClock,
    store: &Store,
) -> Result<Lens, UserError> {
    let lens = config.lens.clone();
    let settings = Settings {
        api: lens.api.into(),
        storage: lens.storage.into(),
        account: lens.account,
        key: lens.key,
        app: lens.app,
        app_key: lens.app_key,
        origin: lens.origin,
        session_file: config.place.lens_session(),
        pace: Duration::from_secs(1),
    };
    let notes = Arc::new(store.clone());
    Lens::new(settings, http.clone(), clock.clone(), notes)
}

/// Where it can be published; the sandbox comes last, as it is for where nothing else is set up.
pub(super) fn outlets(lens: &Arc<Lens>, sandbox: &Arc<Sandbox>) -> Vec<Arc<dyn Outlet>> {
    let mut outlets: Vec<Arc<dyn Outlet>> = Vec::new();
    if lens.can_publish() {
        outlets.push(lens.clone());
    }
    outlets.push(sandbox.clone());
    outlets
}
