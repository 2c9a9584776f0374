#include "random_scenario.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "runtime/simulation/random.hpp"

namespace quorate::simulation {

namespace {

/// Faulty weight of a group must stay at or below this share.
constexpr std::uint64_t tolerated_percent = 33;
/// Burn blocks after the end of a fault that its member needs to catch up with everybody.
constexpr std::uint64_t recovery_blocks = 2;

/// Who is faulty when, in burn blocks counted from the first of term 0.
class Weights {
 public:
  explicit Weights(const Scenario& scenario) : scenario_(scenario) {
    for (const auto& producer : scenario.producers) producing_ += producer.spend.value;
    for (const auto& stacker : scenario.stackers) stacking_ += stacker.slots;
  }

  /// Books `who` as faulty during [from, until] unless too much of its group would be.
  bool book(const std::string& who, std::uint64_t from, std::uint64_t until) {
    const bool produces = is_producer(who);
    std::uint64_t weight = weight_of(who);
    for (const Booking& other : bookings_) {
      if (other.until < from || until < other.from) continue;
      if (other.who == who) return false;
      if (is_producer(other.who) == produces) weight += weight_of(other.who);
    }
    if (weight * 100 > (produces ? producing_ : stacking_) * tolerated_percent) return false;
    bookings_.push_back({who, from, until});
    return true;
  }

 private:
  struct Booking {
    std::string who;
    std::uint64_t from{};
    std::uint64_t until{};
  };
  [[nodiscard]] bool is_producer(const std::string& who) const {
    return std::any_of(scenario_.producers.begin(), scenario_.producers.end(),
                       [&](const ProducerSpec& producer) { return producer.name == who; });
  }
  [[nodiscard]] std::uint64_t weight_of(const std::string& who) const {
    if (who.empty()) {  // The leader of the moment: whoever weighs most.
      std::uint64_t most = 0;
      for (const auto& p : scenario_.producers) most = std::max(most, p.spend.value);
      return most;
    }
    for (const auto& producer : scenario_.producers) {
      if (producer.name == who) return producer.spend.value;
    }
    for (const auto& stacker : scenario_.stackers) {
      if (stacker.name == who) return stacker.slots;
    }
    return 0;
  }

  const Scenario& scenario_;
  std::uint64_t producing_{};
  std::uint64_t stacking_{};
  std::vector<Booking> bookings_;
};

class FaultDrawer {
 public:
  FaultDrawer(Scenario& scenario, Random& random)
      : scenario_(scenario), random_(random), weights_(scenario) {}

  void draw(std::size_t attempts) {
    for (std::size_t i = 0; i < attempts; ++i) {
      const auto kind = static_cast<FaultKind>(random_.below(6));
      // Key generation begins in term 1. The last term's second half stays calm: what is accepted
      // there must still be announced.
      const std::uint64_t term = 1 + random_.below(scenario_.producing_terms + 1);
      const bool is_last = TermNumber{term} == scenario_.last_term();
      const auto block = static_cast<std::uint32_t>(1 + random_.below(is_last ? 4 : 10));
      attempt({kind, term, block, "", static_cast<std::uint32_t>(1 + random_.below(2)), 0});
    }
  }

 private:
  void attempt(Fault fault) {
    const std::uint64_t at = fault.term * scenario_.params.term_length + fault.block;
    std::uint64_t until = at + fault.blocks + recovery_blocks;
    switch (fault.kind) {
      case FaultKind::kill_leader:
      case FaultKind::deal_badly:  // Not drawn: whoever does it is no dealer, and that is all.
        break;
      case FaultKind::crash:
      case FaultKind::isolate:
        fault.who = anybody();
        break;
      case FaultKind::equivocate:
        // The term before it too: the liar's key is made there and must not be missing.
        fault.who = some_producer();
        fault.term = std::max<std::uint64_t>(fault.term, 2);
        fault.block = 1;
        return place(fault, (fault.term - 1) * scenario_.params.term_length,
                     (fault.term + 1) * scenario_.params.term_length);
      case FaultKind::reorganise:
        fault.depth = static_cast<std::uint32_t>(1 + random_.below(2));
        fault.blocks = 0;
        scenario_.faults.push_back(fault);
        return;
      case FaultKind::censor:
        fault.blocks = static_cast<std::uint32_t>(1 + random_.below(9));
        scenario_.faults.push_back(fault);
        return;
    }
    place(fault, at, until);
  }
  void place(const Fault& fault, std::uint64_t from, std::uint64_t until) {
    if (weights_.book(fault.who, from, until)) scenario_.faults.push_back(fault);
  }
  std::string some_producer() {
    return scenario_.producers[random_.below(scenario_.producers.size())].name;
  }
  std::string anybody() {
    if (random_.chance(500)) return some_producer();
    return scenario_.stackers[random_.below(scenario_.stackers.size())].name;
  }

  Scenario& scenario_;
  Random& random_;
  Weights weights_;
};

Scenario named(std::string_view name, std::uint64_t seed, Random& random) {
  auto base = preset(name);
  ASSERT(base.ok());
  Scenario out = std::move(base).value();
  out.seed = seed;
  out.faults.clear();
  out.links.loss_per_mille = static_cast<std::uint32_t>(10 * random.below(16));
  out.links.duplicate_per_mille = static_cast<std::uint32_t>(10 * random.below(3));
  return out;
}

std::uint64_t loss_percent(const Scenario& scenario) { return scenario.links.loss_per_mille / 10; }

}  // namespace

Scenario draw_tiny(std::uint64_t seed) {
  Random random(seed, "drawn scenario");
  Scenario out = named("tiny", seed, random);
  // Shares of the four producers in percent. Where one has more than a third it is never faulty.
  constexpr std::array<std::array<std::uint64_t, 4>, 4> spends{
      {{10, 20, 30, 40}, {25, 25, 25, 25}, {1, 33, 33, 33}, {10, 25, 32, 33}}};
  const auto& shares = spends[random.below(spends.size())];
  for (std::size_t i = 0; i < out.producers.size(); ++i) {
    out.producers[i].spend = Sats{shares[i] * 10'000};
  }
  out.timing.mean_burn_interval = seconds(static_cast<std::int64_t>(15 + random.below(11)));
  out.max_transfers = 12;
  FaultDrawer(out, random).draw(5);
  return out;
}

Scenario draw_demo(std::uint64_t seed) {
  Random random(seed, "drawn scenario");
  Scenario out = named("demo", seed, random);
  FaultDrawer(out, random).draw(10);
  return out;
}

std::string to_toml(const Scenario& scenario) {
  std::string out = fmt::format(
      "preset = \"{}\"\nseed = {}\nterms = {}\ntransfers = {}\nloss_percent = {}\n"
      "duplicate_percent = {}\nmean_burn_interval_s = {}\n",
      scenario.params.preset, scenario.seed, scenario.producing_terms, scenario.max_transfers,
      loss_percent(scenario), scenario.links.duplicate_per_mille / 10,
      scenario.timing.mean_burn_interval.us / 1'000'000);
  for (const auto& producer : scenario.producers) {
    out += fmt::format("\n[[producer]]\nname = \"{}\"\nspend_sats = {}\n", producer.name,
                       producer.spend.value);
  }
  for (const Fault& fault : scenario.faults) {
    out += fmt::format("\n[[fault]]\nkind = \"{}\"\nterm = {}\nblock = {}\n", name_of(fault.kind),
                       fault.term, fault.block);
    if (!fault.who.empty()) out += fmt::format("who = \"{}\"\n", fault.who);
    out += fmt::format("blocks = {}\ndepth = {}\n", fault.blocks, fault.depth);
  }
  return out;
}

std::string describe(const Scenario& scenario) {
  std::string out =
      fmt::format("seed {}: loss {} %, burn blocks every {} s, spends", scenario.seed,
                  loss_percent(scenario), scenario.timing.mean_burn_interval.us / 1'000'000);
  for (const auto& producer : scenario.producers) {
    out += fmt::format(" {}", producer.spend.value / 10'000);
  }
  for (const Fault& fault : scenario.faults) {
    out += fmt::format("; {} {} at {}.{} for {}", name_of(fault.kind), fault.who, fault.term,
                       fault.block, std::max(fault.blocks, fault.depth));
  }
  return out;
}

}  // namespace quorate::simulation
