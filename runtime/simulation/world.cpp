#include "runtime/simulation/world.hpp"

#include <fmt/format.h>

#include "consensus/terms.hpp"
#include "runtime/simulation/byzantine.hpp"
#include "runtime/simulation/simulated_world.hpp"

namespace quorate::simulation {

namespace {

/// After the last burn block, so that replicas can heal and everybody catches up.
constexpr Duration quiet_time = seconds(45);
/// How long a fault waits after the burn block it belongs to.
constexpr Duration fault_delay = seconds(3);
/// How soon a closed connection is noticed, or a new one made.
constexpr Duration link_delay = milliseconds(200);

}  // namespace

Result<std::unique_ptr<World>> World::create(WorldSetup setup) {
  TRY(check(setup.scenario));
  if (setup.genesis.chain_id != setup.scenario.params.network_id) {
    return Error{Errc::scenario_impossible, "the genesis file is for another chain id"};
  }
  TRY_ASSIGN(auto trace, Trace::open(setup.trace_path));
  auto world = std::make_unique<SimulatedWorld>(std::move(setup), std::move(trace));
  TRY(world->begin());
  return std::unique_ptr<World>{std::move(world)};
}

SimulatedWorld::SimulatedWorld(WorldSetup setup, std::unique_ptr<Trace> trace)
    : scenario_(std::move(setup.scenario)),
      genesis_(std::move(setup.genesis)),
      on_interval_(std::move(setup.on_interval)),
      on_phase_(std::move(setup.on_phase)),
      trace_(std::move(trace)),
      cast_(scenario_),
      system_(config_),
      coordinator_(coordinator_of(system_)),
      random_(scenario_.seed, "world"),
      seats_(cast_.participants()),
      links_(cast_.links()),
      checkers_(scenario_.params) {
  system_.await_actors_before_shutdown(false);
  coordinator_.seed(scenario_.seed);
  agenda_.set_now(coordinator_.now());
  trace_->set_names(cast_.names());
  network_ = std::make_unique<Network>(scenario_.seed, cast_.participants(), scenario_.links,
                                       agenda_, *trace_);
  burnchain_ = std::make_unique<ScriptedBurnchain>(scenario_.params.first_burn_height,
                                                   clock_seconds(), cast_.grants());
  bitcoin_ = std::make_unique<BitcoinSeat>(*burnchain_, *network_, cast_.participants());
  genesis_.signers = cast_.signers();
  plan_mining();
  if (scenario_.max_transfers > 0 && setup.transfers.size() > scenario_.max_transfers) {
    setup.transfers.resize(scenario_.max_transfers);
  }
  const auto mined_at = [&](BurnHeight height) {
    return mining_[height - scenario_.params.first_burn_height - 1];
  };
  // From the first producing term's start until late in the last one, so that an announcement in
  // that term still covers the last transfer.
  FeederRules rules{
      mined_at(consensus::first_height(scenario_.params, consensus::first_producing_term)),
      mined_at(consensus::first_height(scenario_.params, scenario_.last_term()) +
               scenario_.params.term_length / 2)};
  rules.bursts = scenario_.transfer_bursts;
  feeder_ = std::make_unique<Feeder>(std::move(setup.transfers), genesis_, rules);
  gateway_ = spawn_gateway(system_, [this](const messages::TransactionOutcome& outcome) {
    feeder_->on_outcome(outcome.token, agenda_.now(), outcome.admitted,
                        static_cast<Errc>(outcome.reason));
  });
}

SimulatedWorld::~SimulatedWorld() {
  for (Seat& seat : seats_) {
    if (seat.is_alive()) seat.life()->crash();
  }
  stop_gateway(gateway_);
  coordinator_.settle();
}

void SimulatedWorld::plan_mining() {
  Random random(scenario_.seed, "mining");
  const BurnHeight last = consensus::last_height(scenario_.params, scenario_.last_term()) +
                          (scenario_.params.confirmations + 1);
  const Duration mean = scenario_.timing.mean_burn_interval;
  Instant at = agenda_.now();
  for (BurnHeight height = scenario_.params.first_burn_height + 1; height <= last; ++height) {
    at = at + random.between(Duration{mean.us / 2}, Duration{mean.us * 3 / 2});
    mining_.push_back(at);
  }
}

Result<> SimulatedWorld::begin() {
  show_burn_blocks();
  for (NodeNumber node = 1; node < cast_.participants(); ++node) {
    seats_[node].disk = std::make_shared<storage::MemoryDisk>();
    TRY(start(node));
  }
  for (const auto& [a, b] : links_) link_up(a, b);
  interval_.height = burnchain_->tip().height;
  return done();
}

void SimulatedWorld::run() {
  for (std::size_t i = 0; i < mining_.size(); ++i) {
    agenda_.enter(mining_[i], [this, i] { mine(i); });
  }
  agenda_.enter(agenda_.now() + seconds(1), [this] { feed(); });
  coordinator_.run_until(mining_.back() + quiet_time, agenda_);
  tell_interval();
  check_agreement();
  check_replicas();
  for (const auto& [name, times] : bitcoin_->refusals()) counters_["bitcoin." + name] = times;
}

void SimulatedWorld::show_burn_blocks() {
  const auto& history = burnchain_->history();
  for (; shown_burn_blocks_ < history.size(); ++shown_burn_blocks_) {
    const BurnView& view = history[shown_burn_blocks_].tip;
    checkers_.on_burn_block(view, burnchain_->parents().at(view.hash));
    trace_->event(agenda_.now(), "burn_block",
                  fmt::format("\"height\":{},\"hash\":\"{}\"", view.height.value,
                              to_hex(view.hash)));
    transcript_.add(fmt::format("burn block {}", view.height.value));
    if (view.height <= scenario_.params.first_burn_height) continue;  // Before the first term.
    const TermNumber term = consensus::term_of(scenario_.params, view.height);
    if (view.height == consensus::first_height(scenario_.params, term)) {
      transcript_.add(fmt::format("term {} begins", term.value));
    }
  }
}

void SimulatedWorld::mine(std::size_t index) {
  tell_interval();
  // A reorganisation in between has already made some of the planned heights.
  const BurnHeight planned = scenario_.params.first_burn_height + (index + 1);
  if (planned > burnchain_->tip().height) {
    burnchain_->mine(clock_seconds());
    bitcoin_->announce(1);
    show_burn_blocks();
  }
  const BurnHeight height = burnchain_->tip().height;
  interval_ = BurnInterval{height, consensus::term_of(scenario_.params, height), "", 0, 0,
                           interval_.announced, interval_.final_height, {},
                           interval_.faults_so_far};
  const auto due = pending_.upper_bound(height);
  for (auto at = pending_.begin(); at != due; ++at) {
    agenda_.enter(agenda_.now() + fault_delay, std::move(at->second));
  }
  pending_.erase(pending_.begin(), due);
  for (const Fault& fault : scenario_.faults) {
    const BurnHeight when =
        consensus::first_height(scenario_.params, TermNumber{fault.term}) + (fault.block - 1);
    if (when != planned) continue;
    agenda_.enter(agenda_.now() + fault_delay, [this, fault, height] { strike(fault, height); });
  }
}

void SimulatedWorld::tell_interval() {
  if (interval_.height == scenario_.params.first_burn_height) return;
  if (leader_ != 0) interval_.leader = cast_.names()[leader_];
  if (on_interval_) on_interval_(interval_);
}

Result<> SimulatedWorld::start(NodeNumber node) {
  Seat& seat = seats_[node];
  const auto life = static_cast<std::uint32_t>(seat.lives.size() + 1);
  runtime::NodeConfig config = cast_.config(node, life, genesis_);
  for (const Fault& fault : scenario_.faults) {
    if (cast_.find(fault.who) != node) continue;
    if (fault.kind == FaultKind::equivocate) {
      config.swap_member = equivocating_producer(scenario_.params, TermNumber{fault.term});
    } else if (fault.kind == FaultKind::deal_badly) {
      config.swap_member = bad_dealer(scenario_.params, bad_dealing(fault.how).value());
    }
  }
  const std::string& name = cast_.names()[node];
  seat.stores.push_back(std::make_unique<WatchedStore>(
      std::make_unique<storage::MemoryStore>(seat.disk),
      [this, &name](const storage::RecordWrite& write) {
        checkers_.on_write(agenda_.now(), name, write);
      }));
  seat.lives.push_back(std::make_unique<NodeLife>(
      NodeLife::Place{node, life, network_.get(), &coordinator_, seat.stores.back().get(), this,
                      cast_.participants()}));
  return seat.life()->start(system_, std::move(config), gateway_);
}

void SimulatedWorld::link_up(NodeNumber a, NodeNumber b) {
  if (!seats_[a].is_alive() || !seats_[b].is_alive()) return;
  seats_[a].life()->connect(b, seats_[b].life()->life());
  seats_[b].life()->connect(a, seats_[a].life()->life());
}

void SimulatedWorld::links_of(NodeNumber node,
                              const std::function<void(NodeNumber)>& visit) const {
  for (const auto& [a, b] : links_) {
    if (a == node) visit(b);
    if (b == node) visit(a);
  }
}

void SimulatedWorld::crash(NodeNumber node) {
  if (!seats_[node].is_alive()) return;
  seats_[node].life()->crash();
  seats_[node].disk->crash();
  feeder_->on_node_lost(node);
  trace_->event(agenda_.now(), "crash", fmt::format("\"node\":\"{}\"", cast_.names()[node]));
  agenda_.enter(agenda_.now() + link_delay, [this, node] {
    links_of(node, [&](NodeNumber other) {
      if (seats_[other].is_alive() && !seats_[node].is_alive()) {
        seats_[other].life()->disconnect(node);
      }
    });
  });
}

void SimulatedWorld::after_blocks(BurnHeight height, std::uint32_t blocks,
                                  std::function<void()> what) {
  pending_.emplace(height + blocks, std::move(what));
}

void SimulatedWorld::note_fault(FaultKind kind, const std::string& text) {
  count("fault." + std::string(name_of(kind)));
  ++interval_.faults_so_far;
  interval_.faults.push_back(text);
  trace_->event(agenda_.now(), "fault", fmt::format("\"what\":\"{}\"", text));
  transcript_.add("fault: " + text);
}

void SimulatedWorld::note_recovery(const std::string& text) {
  interval_.faults.push_back(text);
  transcript_.add("fault over: " + text);
}

void SimulatedWorld::cut_off() {
  std::vector<std::uint32_t> groups(cast_.participants());
  bool any = false;
  for (NodeNumber node = 1; node < cast_.participants(); ++node) {
    groups[node] = seats_[node].is_isolated ? node : 0;
    any = any || seats_[node].is_isolated;
  }
  network_->partition(any ? groups : std::vector<std::uint32_t>{});
}

void SimulatedWorld::strike(const Fault& fault, BurnHeight height) {
  const auto who = cast_.find(fault.who).value_or(leader_);
  const std::string name = cast_.names()[who];
  switch (fault.kind) {
    case FaultKind::kill_leader:
    case FaultKind::crash:
      if (who == 0 || !seats_[who].is_alive()) return;
      note_fault(fault.kind, name + " crashed");
      crash(who);
      return after_blocks(height, fault.blocks, [this, who, name] {
        if (seats_[who].is_alive()) return;
        const auto started = start(who);
        ASSERT(started.ok());
        trace_->event(agenda_.now(), "restart", fmt::format("\"node\":\"{}\"", name));
        note_recovery(name + " is back");
        agenda_.enter(agenda_.now() + link_delay, [this, who] {
          links_of(who, [&](NodeNumber other) { link_up(who, other); });
        });
      });
    case FaultKind::isolate:
      note_fault(fault.kind, name + " is cut off");
      seats_[who].is_isolated = true;
      cut_off();
      return after_blocks(height, fault.blocks, [this, who, name] {
        seats_[who].is_isolated = false;
        cut_off();
        note_recovery(name + " is reachable again");
      });
    case FaultKind::equivocate: return note_fault(fault.kind, name + " begins to equivocate");
    case FaultKind::deal_badly: return note_fault(fault.kind, name + " deals badly");
    case FaultKind::reorganise: {
      const std::uint64_t mined = burnchain_->tip().height - scenario_.params.first_burn_height;
      if (fault.depth == 0 || fault.depth >= mined) return;
      note_fault(fault.kind, fmt::format("Bitcoin replaced {} blocks", fault.depth));
      burnchain_->reorganise(fault.depth, clock_seconds());
      bitcoin_->announce(fault.depth + 1);
      return show_burn_blocks();
    }
    case FaultKind::censor:
      note_fault(fault.kind, "Bitcoin keeps enrollments out");
      burnchain_->set_censor([magic = scenario_.params.magic](const bitcoin::Transaction& tx) {
        const auto operation = bitcoin::operation_of(magic, tx);
        return operation.ok() && *operation &&
               std::holds_alternative<bitcoin::Enrollment>(**operation);
      });
      return after_blocks(height, fault.blocks, [this] {
        burnchain_->set_censor(nullptr);
        transcript_.add("fault over: Bitcoin takes enrollments again");
      });
  }
}

std::optional<NodeNumber> SimulatedWorld::some_living_node() {
  const NodeNumber nodes = cast_.participants() - 1;
  const auto first = static_cast<NodeNumber>(random_.below(nodes));
  for (NodeNumber i = 0; i < nodes; ++i) {
    const NodeNumber node = 1 + (first + i) % nodes;
    if (seats_[node].is_alive() && !seats_[node].is_isolated) return node;
  }
  return std::nullopt;
}

void SimulatedWorld::feed() {
  for (const std::size_t index : feeder_->due(agenda_.now())) {
    const auto node = some_living_node();
    if (!node) break;
    feeder_->offered(index, agenda_.now(), *node);
    offer(seats_[*node].life()->roles().mempool, index, feeder_->lines()[index].bytes);
  }
  if (const auto next = feeder_->next(agenda_.now())) {
    agenda_.enter(*next, [this] { feed(); });
  }
}

}  // namespace quorate::simulation
