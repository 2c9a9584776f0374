// What happens to a node's chains, in the order in which it happens. The chain keeper passes it on.
// Source: docs/protocol.md "Chain".
#pragma once

#include "consensus/block.hpp"
#include "consensus/plans.hpp"

namespace quorate::consensus {

/// Bitcoin's canonical tip moved. `links` holds every header not told before, parents first.
struct BurnTipChanged {
  BurnView tip;
  std::vector<BurnLink> links;
  bool reorganised{};
};

/// A VRF key registration is on the canonical Bitcoin chain.
struct KeyRegistered {
  KeyRegistration registration;
};

/// A transaction of the canonical Bitcoin chain with our magic does not count, and why.
struct OperationIgnored {
  BurnReference mined;
  Error reason;
};

/// An enrollment counts.
struct EnrollmentCounted {
  TermNumber target;
  Enrollment enrollment;
};

/// An announcement counts: its block and everything below is announced.
struct BlockAnnounced {
  CountedAnnouncement announcement;
};

/// A generation's members are known on the canonical Bitcoin chain. Told again, with another set
/// hash, when a reorganisation changes it.
struct SetPlanned {
  ProducerPlanPtr producers;  ///< Exactly one of the two is set.
  StackerPlanPtr stackers;
  BurnHeight start;  ///< From here the deadlines of key generation count.
  BurnHeight first;  ///< First and last height at which the set signs.
  BurnHeight last;
  [[nodiscard]] const SignerSet& signers() const {
    return producers ? producers->signers : stackers->signers;
  }
  [[nodiscard]] const SetHash& hash() const { return producers ? producers->hash : stackers->hash; }
};

/// What an enrollment mined from now on must say and pay; told again when a reorganisation changes
/// it.
struct EnrollmentOpen {
  EnrollmentWindow window;
  BurnHeight opened;
};

/// A term has begun on the canonical chains, or its parent block changed after a reorganisation.
struct TermStarted {
  TermNumber term;
  BlockId parent;
  std::optional<CountedAnnouncement> base;  ///< None: genesis.
  bool has_producers{};
};

/// A group's key certificate was learned.
struct KeyLearned {
  std::shared_ptr<const KeyCertificate> certificate;
  SetHash set;  ///< Whose key it is: the sets of a generation differ between Bitcoin branches.
};

/// A block passed every check and is kept, whether or not it is on the canonical chain.
struct BlockStored {
  BlockId id;
  std::shared_ptr<const SealedBlock> block;
};
/// A block became part of the canonical chain.
struct BlockJoined {
  BlockId id;
  std::shared_ptr<const SealedBlock> block;
};
/// Blocks left the canonical chain, highest first: unannounced at the end of a term, or orphaned
/// with their burn view.
struct BlocksDropped {
  std::vector<BlockId> blocks;
};

/// The announcement of `block` has the configured number of confirmations.
struct BlockFinal {
  BlockId block;
  BlockHeight height;
  BurnView announced_at;
  BurnView tip;  ///< That made it final.
};

/// Where the next block goes on the canonical chains; told whenever a field changes.
struct Position {
  TermNumber term;          ///< Of the Bitcoin tip.
  CycleNumber cycle;        ///< Whose stackers sign in this term.
  BlockHeight height;       ///< Of the next block.
  std::uint32_t attempt{};  ///< First one without a rejection certificate on the canonical chain.
  BlockId parent;
  BurnView parent_view;
  BurnView burn_tip;
  std::uint64_t parent_timestamp_ms{};
  bool first_of_term{};
  bool replay_pending{};
  /// Both group keys are certified, so that a block can be sealed.
  bool keys_ready{};
  bool operator==(const Position&) const = default;
};

using ChainEvent =
    std::variant<BurnTipChanged, KeyRegistered, OperationIgnored, EnrollmentCounted, BlockAnnounced,
                 SetPlanned, EnrollmentOpen, TermStarted, KeyLearned, BlockStored, BlockJoined,
                 BlocksDropped, BlockFinal, Position>;
using ChainEvents = std::vector<ChainEvent>;

}  // namespace quorate::consensus
