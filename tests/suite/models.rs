//! The providers against servers that stand in for them: every provider with every fault, the bill to the millionth.

mod bench;
mod faults;
mod fetch;
mod fine;
mod house;
mod odd;
mod real_server;
