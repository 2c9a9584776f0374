// Runs all actors of a simulation in one thread, one message at a time, in an order and at times
// that follow from a seed. Derived from CAF's test coordinator; its clock is the simulation's
// clock.
#pragma once

#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include "actors/clock.hpp"
#include "runtime/simulation/agenda.hpp"
#include "runtime/simulation/random.hpp"

namespace quorate::simulation {

/// A moment in November 2023: simulations begin here, so that timestamps look like timestamps.
inline constexpr Instant beginning{seconds(1'700'000'000).us};

class Coordinator final : public caf::scheduler::test_coordinator, public actors::Clock {
 public:
  explicit Coordinator(caf::actor_system& system);
  /// For `actor_system_config::load`.
  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>);

  /// Chooses the order in which runnable actors take their turns.
  void seed(std::uint64_t seed) { random_ = Random(seed, "schedule"); }

  /// Virtual time.
  [[nodiscard]] Instant now() const override;
  /// Lets everything happen that is due before or at `end`, then sets the clock to `end`.
  /// Returns early after the step in which `stop_requested` was set (it is reset here).
  void run_until(Instant end, Agenda& agenda);
  void request_stop() { stop_requested_ = true; }
  /// Lets every actor handle what waits in its mailbox; time stands still.
  void settle();

  [[nodiscard]] std::uint64_t turns() const { return turns_; }

 protected:
  /// The base class would wait for ever while an actor re-arms a timer.
  void stop() override;

 private:
  void move_clock(Instant now);
  [[nodiscard]] std::optional<Instant> next_timer() const;

  caf::detail::test_actor_clock* clock_;
  Random random_{0, "schedule"};
  std::uint64_t turns_{};
  bool stop_requested_{};
};

/// The coordinator of a system made with `SimulationConfig`.
[[nodiscard]] Coordinator& coordinator_of(caf::actor_system& system);

/// One thread, virtual time, the project's message types.
class SimulationConfig : public caf::actor_system_config {
 public:
  SimulationConfig();
};

}  // namespace quorate::simulation
