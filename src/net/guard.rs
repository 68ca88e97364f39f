//! Keeps the client out of private networks.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};

use futures::future::BoxFuture;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::{NetError, Origin};

/// Turns a name into addresses. The system does it; tests answer as they please.
pub trait Resolver: Send + Sync {
    fn resolve(&self, name: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>>;
}

/// Asks the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, name: String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// No public address stands behind a name.
#[derive(Debug, thiserror::Error)]
#[error("only private addresses stand behind this name")]
pub struct PrivateAddress;

/// Hands the connector public addresses only. What it returns is what is connected to: nobody resolves again.
pub struct GuardedResolver {
    inner: Arc<dyn Resolver>,
}

impl GuardedResolver {
    pub fn new(inner: Arc<dyn Resolver>) -> Self {
        Self { inner }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.inner.resolve(name.as_str().to_owned());
        Box::pin(async move {
            let found = found.await?;
            let any = !found.is_empty();
            // Port 0 stands for the one in the address.
            let public: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| is_public(*address))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if any && public.is_empty() {
                return Err(PrivateAddress.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// What the configuration trusts, and the checks that need no resolver.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    trusted: Arc<[Origin]>,
}

impl Guard {
    pub fn new(trusted: Vec<Origin>) -> Self {
        Self {
            trusted: trusted.into(),
        }
    }

    pub fn trusts(&self, url: &Url) -> bool {
        Origin::of(url).is_some_and(|origin| self.trusted.contains(&origin))
    }

    /// Whether this hop may be tried at all: `http` or `https`, no password in it, no private address in numbers.
    pub fn check(&self, url: &Url) -> Result<(), NetError> {
        let host = url.host().ok_or(NetError::NotAnAddress)?;
        if Origin::of(url).is_none() || !url.username().is_empty() || url.password().is_some() {
            return Err(NetError::NotAnAddress);
        }
        if self.trusts(url) {
            return Ok(());
        }
        let number = match host {
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
            Host::Domain(_) => return Ok(()),
        };
        if is_public(number) {
            Ok(())
        } else {
            Err(NetError::Private {
                host: number.to_string(),
            })
        }
    }
}

/// What is set aside in IPv4 (IANA's special-purpose registry), multicast and the reserved end included.
const PRIVATE_V4: [&str; 15] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10", // carriers' own networks
    "127.0.0.0/8",
    "169.254.0.0/16", // link-local, and where clouds keep their credentials
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24", // 6to4 relays
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// In IPv6 the public part is this alone. Outside it lie loopback, link-local, site-local and unique local addresses,
/// multicast, IPv4 in disguise (`::ffff:0:0/96`, `::/96`) and NAT64 (`64:ff9b::/96`, `64:ff9b:1::/48`).
const PUBLIC_V6: &str = "2000::/3";

/// And within it these are set aside.
const PRIVATE_V6: [&str; 4] = [
    "2001::/23", // Teredo, benchmarks, ORCHID: tunnels and tests
    "2001:db8::/32",
    "2002::/16", // 6to4: any IPv4 address in disguise
    "3fff::/20",
];

static PUBLIC: LazyLock<Vec<IpNet>> = LazyLock::new(|| parsed(&[PUBLIC_V6, "0.0.0.0/0"]));
static PRIVATE: LazyLock<Vec<IpNet>> =
    LazyLock::new(|| parsed(&[&PRIVATE_V4[..], &PRIVATE_V6[..]].concat()));

fn parsed(nets: &[&str]) -> Vec<IpNet> {
    nets.iter()
        .map(|net| {
            net.parse()
                .expect("the lists above are written correctly; a test parses them")
        })
        .collect()
}

/// Whether anybody on the internet may be meant by this address.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    PUBLIC.iter().any(|net| net.contains(&address))
        && !PRIVATE.iter().any(|net| net.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "172.32.0.1",
            "193.0.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn an_address_in_numbers_is_checked_in_every_spelling() {
        let guard = Guard::default();
        for private in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest/meta-data/",
            "http://0/",
            "http://127.0.0.1./",
            "http://\u{ff11}27.0.0.1/",
            "http://[::ffff:7f00:1]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[2002:7f00:1::]/",
            "http://[fd00::1]/",
        ] {
            let error = guard.check(&private.parse().unwrap()).unwrap_err();
            assert!(matches!(error, NetError::Private { .. }), "{private}");
        }
        for odd in [
            "ftp://example.org/",
            "file:///etc/passwd",
            "data:text/plain,x",
            "http://user:secret@example.org/",
        ] {
            let error = guard.check(&odd.parse().unwrap()).unwrap_err();
            assert_eq!(error, NetError::NotAnAddress, "{odd}");
        }
        guard
            .check(&"https://example.org/".parse().unwrap())
            .unwrap();
    }

    #[test]
    fn trust_is_for_scheme_host_and_port_together() {
        let trusted: Url = "http://localhost:8080/graphql".parse().unwrap();
        let guard = Guard::new(Origin::of(&trusted).into_iter().collect());
        assert!(guard.trusts(&"http://localhost:8080/other".parse().unwrap()));
        for other in [
            "http://localhost:8081/",
            "https://localhost:8080/",
            "http://127.0.0.1:8080/",
            "ftp://localhost:8080/",
        ] {
            assert!(!guard.trusts(&other.parse().unwrap()), "{other}");
        }
    }
}
