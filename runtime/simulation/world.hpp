// A whole network in one process: scripted Bitcoin, N nodes made by `spawn_node`, seeded links,
// virtual time, faults on schedule, and checkers that look at everything. One thread; one seed
// decides all.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/simulation/checkers.hpp"
#include "runtime/simulation/feeder.hpp"
#include "runtime/simulation/scenario.hpp"
#include "runtime/simulation/transcript.hpp"

namespace quorate::simulation {

/// What happened between two Bitcoin blocks, for the live line.
struct BurnInterval {
  BurnHeight height;
  TermNumber term;
  std::string leader;  ///< The last one elected, or empty.
  std::uint64_t accepted{};
  std::uint64_t transactions{};
  std::optional<BlockHeight> announced;  ///< Highest so far.
  std::optional<BlockHeight> final_height;
  std::vector<std::string> faults;  ///< New ones.
  std::uint64_t faults_so_far{};
};

struct WorldSetup {
  Scenario scenario;
  /// Opening balances; the stackers of cycle 0 come from the scenario.
  consensus::Genesis genesis;
  std::vector<TransferLine> transfers;
  /// Empty: only the hash is computed.
  std::string trace_path;
  std::function<void(const BurnInterval&)> on_interval;
  /// A step of a group's life, as a sentence: its set is known, its key is certified, its first
  /// block is accepted, somebody is convicted. Each is said once.
  std::function<void(const std::string&)> on_phase;
};

/// A fault of a member that somebody proved.
struct EvidenceRow {
  std::string member;
  GroupKind group{};
  std::uint64_t generation{};
  std::string kind;
  std::uint32_t nodes{};  ///< How many nodes hold the proof.
  crypto::PublicKey key;  ///< The member's.
  Bytes proof;            ///< As the first of them found it.
};

class World {
 public:
  /// @returns scenario_impossible, a refusal of genesis or parameters, cannot_write_file.
  static Result<std::unique_ptr<World>> create(WorldSetup setup);
  virtual ~World() = default;

  /// From genesis until the last producing term is final and the network is quiet.
  virtual void run() = 0;

  // What is left to look at afterwards.
  [[nodiscard]] virtual const Scenario& scenario() const = 0;
  [[nodiscard]] virtual const Checkers& checkers() const = 0;
  [[nodiscard]] virtual const Chronicle& chronicle() const = 0;
  [[nodiscard]] virtual const Feeder& feeder() const = 0;
  [[nodiscard]] virtual const Network& network() const = 0;
  /// The chain of a living node by which the report goes.
  [[nodiscard]] virtual const consensus::Chain* reference_chain() const = 0;
  [[nodiscard]] virtual std::vector<EvidenceRow> evidence() const = 0;
  /// Sets that some node planned for a generation; more than one after a reorganisation.
  [[nodiscard]] virtual std::vector<consensus::SignerSet> planned_sets(
      GroupKind kind, std::uint64_t generation) const = 0;
  /// Faults by kind, refusals by role and name, notes: "fault.crash" → 1.
  [[nodiscard]] virtual const std::map<std::string, std::uint64_t>& counters() const = 0;
  [[nodiscard]] virtual Duration virtual_time() const = 0;
  [[nodiscard]] virtual std::uint64_t actor_turns() const = 0;
  [[nodiscard]] virtual Hash256 trace_hash() = 0;
  /// What happened, one line per event that matters.
  [[nodiscard]] virtual const Transcript& transcript() const = 0;
  /// What each node's disk holds, by name; nodes that are down too.
  virtual void each_store(
      const std::function<void(const std::string& node, const storage::RecordStore& store)>& visit)
      const = 0;
  [[nodiscard]] virtual std::uint64_t announcements() const = 0;
  /// Owners of the opening balances, in the order of the genesis file.
  [[nodiscard]] virtual std::vector<stacks::Principal> opening_accounts() const = 0;
  /// Principals of the producers, by name.
  [[nodiscard]] virtual std::vector<std::pair<std::string, stacks::Principal>> producers()
      const = 0;
};

}  // namespace quorate::simulation
