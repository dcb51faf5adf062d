//! Whether an X server is there before a window is asked for: a name in the environment outlives the server, and where
//! asking for X11 has failed, the window library cannot be asked for Wayland any more.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};

/// Whether somebody listens at a display, named as in [X(7)](https://www.x.org/releases/X11R7.7/doc/man/man7/X.7.xhtml):
/// `host:number.screen`. One of another machine is believed to be there.
pub(super) fn is_served(display: &str) -> bool {
    let Some((host, rest)) = display.rsplit_once(':') else { return false };
    let number = rest.split('.').next().unwrap_or_default();
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    if !matches!(host, "" | "unix") {
        return true;
    }
    let path = format!("/tmp/.X11-unix/X{number}");
    let unnamed = || SocketAddr::from_abstract_name(path.as_bytes()).and_then(|at| UnixStream::connect_addr(&at));
    UnixStream::connect(&path).or_else(|_| unnamed()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_served;

    #[test]
    fn a_display_nobody_serves_is_not_there() {
        for display in ["", ":", ":x", ":4711007", "unix:4711007.0", "no display"] {
            assert!(!is_served(display), "{display}");
        }
        assert!(is_served("elsewhere:10.0"));
    }

    #[test]
    fn a_display_is_there_while_it_is_served() {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::{SocketAddr, UnixListener};
        use std::time::Duration;
        let number = 600_000 + u64::from(std::process::id());
        let name = format!("/tmp/.X11-unix/X{number}");
        let address = SocketAddr::from_abstract_name(name.as_bytes()).expect("a name");
        let server = UnixListener::bind_addr(&address).expect("a socket");
        assert!(is_served(&format!(":{number}")) && is_served(&format!(":{number}.0")));
        drop(server);
        // A process that another test starts at this moment holds the socket until it runs its own program.
        let is_gone = || !is_served(&format!(":{number}"));
        for _ in 0..500 {
            if is_gone() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("nobody serves it any more");
    }
}
