//! The relevance index: LanceDB behind a small face. It holds copies only; the store is the truth and can rebuild it.
