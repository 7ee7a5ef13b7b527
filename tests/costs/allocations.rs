//! Allocations of each operation, counted.

use crate::operations::{Costs, Sockets, Way, all};
use berkeley_tests::{PATIENCE, bounded};

/// What the first operations of a thread, and of a socket, do once.
const WARM: usize = 3;

async fn costs_once_warm(ways: [Way; 2]) -> [Costs; 2] {
    let sockets = Sockets::new().await;
    for _ in 0..WARM {
        for way in ways {
            all(&sockets, way).await;
        }
    }
    [all(&sockets, ways[0]).await, all(&sockets, ways[1]).await]
}

#[test]
fn x() {
    bounded(PATIENCE, || {
        berkeley::block_on(async {
            for c in costs_once_warm([Way::AtOnce, Way::Waiting]).await {
                println!("own {} {:?}", c.operations, c.allocating);
            }
        });
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        rt.block_on(async {
            for c in costs_once_warm([Way::AtOnce, Way::Waiting]).await {
                println!("tokio {} {:?}", c.operations, c.allocating);
            }
        });
    });
}
