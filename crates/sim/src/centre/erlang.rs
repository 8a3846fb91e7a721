//! Closed forms for one pool of equal people: what the simulator must agree with, and what routing by skill can hope for.
//!
//! A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone
//! exchanges", 1917 (waiting); C. Palm, "Research on telephone traffic carried by full availability groups", 1957, and
//! O. Garnett, A. Mandelbaum, M. Reiman, M&SOM 4, 2002 (with abandonment). `load` is offered work: arrival rate × handling
//! time.

/// States of the birth-death chain beyond the servers that are summed at most.
const STATES: u32 = 200_000;

/// Mean wait of all customers, in handling times, when nobody gives up. `None` when the load is not below the number of
/// servers.
pub fn c_wait(servers: u32, load: f64) -> Option<f64> {
    let n = f64::from(servers);
    if load >= n {
        return None;
    }
    // Erlang B by its recursion, then C.
    let blocked = (1..=servers).fold(1.0, |b, k| load * b / (f64::from(k) + load * b));
    let waits = blocked / (1.0 - load / n * (1.0 - blocked));
    Some(waits / (n - load))
}

/// With exponential patience.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Abandonment {
    /// Mean wait of all customers, those who gave up included, in handling times.
    pub wait: f64,
    /// Share of customers who gave up.
    pub abandoned: f64,
}

/// `patience` in handling times.
pub fn a(servers: u32, load: f64, patience: f64) -> Abandonment {
    let n = f64::from(servers);
    let theta = 1.0 / patience;
    // Probabilities relative to that of exactly all servers busy and nobody waiting.
    let (mut total, mut p) = (1.0, 1.0);
    for k in (1..=servers).rev() {
        p *= f64::from(k) / load;
        total += p;
        if p < 1e-15 * total {
            break;
        }
    }
    let (mut waiting, mut p) = (0.0, 1.0);
    for k in 1..=STATES {
        p *= load / (n + f64::from(k) * theta);
        total += p;
        waiting += f64::from(k) * p;
        if f64::from(k) * p < 1e-15 * total && f64::from(k) * theta > load - n {
            break;
        }
    }
    let wait = waiting / total / load;
    Abandonment { wait, abandoned: wait * theta }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // One server at half load: M/M/1 waits ρ / (1 - ρ) handling times.
        assert!((c_wait(1, 0.5).expect("stable") - 1.0).abs() < 1e-12);
        // Ten servers with eight Erlang: C is 0.4092, the textbook example.
        assert!((c_wait(10, 8.0).expect("stable") * 2.0 - 0.4092).abs() < 1e-4);
        assert_eq!(c_wait(10, 10.0), None);
        // Very patient customers are those who never give up.
        let patient = a(10, 8.0, 1e7);
        assert!((patient.wait / c_wait(10, 8.0).expect("stable") - 1.0).abs() < 1e-3);
        // Patience as long as handling makes M/M/∞: the number present is Poisson.
        let one = a(1, 1.0, 1.0);
        let expected: f64 = (-1.0_f64).exp();
        assert!((one.abandoned - expected).abs() < 1e-9, "{one:?}");
        // In deep overload what is too much gives up.
        assert!((a(100, 200.0, 2.0).abandoned - 0.5).abs() < 1e-3);
    }
}
