#include "runtime/simulation/coordinator.hpp"

#include "messages/type_ids.hpp"

namespace quorate::simulation {

namespace {

/// CAF's test clock starts one nanosecond after its epoch; ours counts microseconds from there.
Instant instant_of(caf::actor_clock::time_point t) {
  using std::chrono::duration_cast;
  return beginning +
         Duration{duration_cast<std::chrono::microseconds>(t.time_since_epoch()).count()};
}
caf::actor_clock::time_point time_point_of(Instant t) {
  return caf::actor_clock::time_point{std::chrono::microseconds((t - beginning).us)} +
         std::chrono::nanoseconds(1);
}

}  // namespace

Coordinator::Coordinator(caf::actor_system& system)
    : test_coordinator(system), clock_(&test_coordinator::clock()) {}

caf::actor_system::module* Coordinator::make(caf::actor_system& system,
                                             caf::detail::type_list<>) {
  return new Coordinator(system);
}

Instant Coordinator::now() const { return instant_of(clock_->current_time); }

void Coordinator::move_clock(Instant now) {
  clock_->current_time = std::max(clock_->current_time, time_point_of(now));
}

std::optional<Instant> Coordinator::next_timer() const {
  if (clock_->schedule().empty()) return std::nullopt;
  return instant_of(clock_->schedule().begin()->first);
}

void Coordinator::settle() {
  while (!jobs.empty()) {
    if (jobs.size() > 1) std::swap(jobs.front(), jobs[random_.below(jobs.size())]);
    try_run_once();
    ++turns_;
  }
}

void Coordinator::run_until(Instant end, Agenda& agenda) {
  stop_requested_ = false;
  while (true) {
    settle();
    if (stop_requested_) return;
    const std::optional<Instant> timer = next_timer();
    const bool agenda_first = !agenda.is_empty() && (!timer || agenda.next() < *timer);
    if (!agenda_first && !timer) break;
    if ((agenda_first ? agenda.next() : *timer) > end) break;
    if (agenda_first) {
      move_clock(agenda.next());
      agenda.happen_next();
    } else {
      clock_->trigger_timeout();
      agenda.set_now(now());
    }
  }
  move_clock(end);
  agenda.set_now(now());
}

void Coordinator::stop() {
  clock_->cancel_all();
  while (try_run_once()) clock_->cancel_all();
}

Coordinator& coordinator_of(caf::actor_system& system) {
  return dynamic_cast<Coordinator&>(system.scheduler());
}

SimulationConfig::SimulationConfig() {
  load<Coordinator>();
  set("scheduler.max-throughput", 1);
  messages::register_types(*this);
}

}  // namespace quorate::simulation
