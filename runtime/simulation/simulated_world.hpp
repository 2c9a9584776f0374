// The world's inside: see world.hpp.
#pragma once

#include <deque>

#include "runtime/simulation/bitcoin_seat.hpp"
#include "runtime/simulation/cast.hpp"
#include "runtime/simulation/gateway.hpp"
#include "runtime/simulation/node_life.hpp"
#include "runtime/simulation/world.hpp"
#include "storage/memory_store.hpp"

namespace quorate::simulation {

class SimulatedWorld final : public World, private NodeListener {
 public:
  SimulatedWorld(WorldSetup setup, std::unique_ptr<Trace> trace);
  ~SimulatedWorld() override;

  /// Starts every node. @returns a refusal of `spawn_node`.
  Result<> begin();
  void run() override;

  [[nodiscard]] const Scenario& scenario() const override { return scenario_; }
  [[nodiscard]] const Checkers& checkers() const override { return checkers_; }
  [[nodiscard]] const Chronicle& chronicle() const override { return chronicle_; }
  [[nodiscard]] const Feeder& feeder() const override { return *feeder_; }
  [[nodiscard]] const Network& network() const override { return *network_; }
  [[nodiscard]] const consensus::Chain* reference_chain() const override;
  [[nodiscard]] std::vector<EvidenceRow> evidence() const override;
  [[nodiscard]] std::vector<consensus::SignerSet> planned_sets(
      GroupKind kind, std::uint64_t generation) const override;
  [[nodiscard]] const std::map<std::string, std::uint64_t>& counters() const override {
    return counters_;
  }
  [[nodiscard]] Duration virtual_time() const override { return agenda_.now() - beginning; }
  [[nodiscard]] std::uint64_t actor_turns() const override { return coordinator_.turns(); }
  [[nodiscard]] Hash256 trace_hash() override { return trace_->hash(); }
  [[nodiscard]] const Transcript& transcript() const override { return transcript_; }
  void each_store(const std::function<void(const std::string&, const storage::RecordStore&)>&
                      visit) const override;
  [[nodiscard]] std::uint64_t announcements() const override { return announced_.size(); }
  [[nodiscard]] std::vector<stacks::Principal> opening_accounts() const override;
  [[nodiscard]] std::vector<std::pair<std::string, stacks::Principal>> producers() const override;

 private:
  struct Seat {
    std::shared_ptr<storage::MemoryDisk> disk;
    std::vector<std::unique_ptr<WatchedStore>> stores;  ///< One per life.
    std::vector<std::unique_ptr<NodeLife>> lives;
    bool is_isolated{};
    [[nodiscard]] NodeLife* life() const { return lives.empty() ? nullptr : lives.back().get(); }
    [[nodiscard]] bool is_alive() const { return life() != nullptr && life()->is_alive(); }
  };
  struct EvidenceKey {
    NodeNumber member{};
    GroupKind group{};
    std::uint64_t generation{};
    std::string kind;
    auto operator<=>(const EvidenceKey&) const = default;
  };
  struct Proven {
    std::set<NodeNumber> holders;
    crypto::PublicKey member;
    Bytes proof;
  };

  // Time and Bitcoin.
  void plan_mining();
  void mine(std::size_t index);
  void tell_interval();
  [[nodiscard]] std::uint32_t clock_seconds() const {
    return static_cast<std::uint32_t>(agenda_.now().us / 1'000'000);
  }
  /// Tells the checkers about blocks they have not heard of.
  void show_burn_blocks();

  // Nodes and faults.
  Result<> start(NodeNumber node);
  void crash(NodeNumber node);
  void link_up(NodeNumber a, NodeNumber b);
  void links_of(NodeNumber node, const std::function<void(NodeNumber)>& visit) const;
  void strike(const Fault& fault, BurnHeight height);
  void cut_off();
  void after_blocks(BurnHeight height, std::uint32_t blocks, std::function<void()> what);
  void note_fault(FaultKind kind, const std::string& text);
  void note_recovery(const std::string& text);

  // Transfers.
  void feed();
  [[nodiscard]] std::optional<NodeNumber> some_living_node();

  // At the end.
  void check_agreement();
  void check_replicas();
  /// Stored chunks by key: version and record.
  using Versions = std::map<Bytes, std::pair<ChunkVersion, Bytes>>;
  [[nodiscard]] Versions chunks_of(NodeNumber node) const;
  /// The newest chunks of all replicas together, and whether each holds all of them.
  struct Replicas {
    Versions newest;
    bool are_equal{true};
  };
  [[nodiscard]] Replicas replicas() const;
  void each_replica(const std::function<void(NodeNumber, const Versions&)>& visit) const;
  [[nodiscard]] MicroStx opening_supply() const;

  // NodeListener.
  void on_chain_event(NodeNumber node, const messages::ChainEvent& event,
                      const consensus::Chain& chain) override;
  void on_leader(NodeNumber node, const messages::LeaderCertificate& certificate) override;
  void on_evidence(NodeNumber node, const actors::Evidence& evidence) override;
  void on_note(NodeNumber node, messages::Role role, const std::string& text) override;
  void on_refusal(NodeNumber node, messages::Role role, const Error& error) override;
  void on_bad_frame(NodeNumber node, NodeNumber from, const Error& error) override;
  void on_stopped(NodeNumber node, messages::Role role, const Error& reason) override;
  void accepted(NodeNumber node, const messages::BlockAccepted& event,
                const consensus::Chain& chain);
  void dropped(NodeNumber node, const messages::BlocksDropped& event);
  void finalised(NodeNumber node, const messages::BlockFinal& event);
  void planned(const messages::SetPlanned& event);
  void certified(const messages::KeyLearned& event);
  void tell_phase(std::string text);
  void count(const std::string& what) { ++counters_[what]; }

  Scenario scenario_;
  consensus::Genesis genesis_;
  std::function<void(const BurnInterval&)> on_interval_;
  std::function<void(const std::string&)> on_phase_;
  std::unique_ptr<Trace> trace_;
  Cast cast_;
  Agenda agenda_;
  SimulationConfig config_;
  caf::actor_system system_;
  Coordinator& coordinator_;
  Random random_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<ScriptedBurnchain> burnchain_;
  std::unique_ptr<BitcoinSeat> bitcoin_;
  std::unique_ptr<Feeder> feeder_;
  messages::GatewayActor gateway_;
  std::vector<Seat> seats_;
  std::vector<std::pair<NodeNumber, NodeNumber>> links_;

  std::vector<Instant> mining_;  ///< When the burn blocks above the first are mined.
  std::multimap<BurnHeight, std::function<void()>> pending_;
  std::size_t shown_burn_blocks_{};

  Chronicle chronicle_;
  Checkers checkers_;
  std::map<std::string, std::uint64_t> counters_;
  std::map<EvidenceKey, Proven> evidence_;
  std::map<std::pair<GroupKind, std::uint64_t>, std::vector<consensus::SignerSet>> planned_;
  std::map<TermNumber, consensus::SignerSet> sets_;
  std::set<std::pair<TermNumber, std::uint32_t>> led_;
  NodeNumber leader_{};
  std::set<BurnTxid> announced_;
  std::map<NodeNumber, std::set<BlockId>> final_on_;
  Transcript transcript_;
  std::set<BlockId> told_dropped_;
  std::set<std::string> told_phases_;
  BurnInterval interval_;
};

}  // namespace quorate::simulation
