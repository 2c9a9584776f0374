// What the chain keeper tells every role on its node, and what roles ask of it. Same-node messages:
// lossless and ordered; still described structs, so that any handle may be a remote one.
#pragma once

#include "consensus/block.hpp"
#include "consensus/chunk.hpp"

namespace quorate::messages {

/// Bitcoin's canonical tip moved. `links` holds every header not told before, parents first.
struct BurnTipChanged {
  BurnView tip;
  List<consensus::BurnLink, 4096> links;
  bool reorganised{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&BurnTipChanged::tip, &BurnTipChanged::links,
                           &BurnTipChanged::reorganised);
  }
};

/// A generation's members are known on the canonical Bitcoin chain: its Stacker DB opens and key
/// generation starts at `start`. Sent again, with another set hash, when a reorganisation changes
/// it.
struct SetPlanned {
  consensus::SignerSet set;
  /// Burn height from which the key generation deadlines count.
  BurnHeight start;
  /// First and last burn height at which the set signs blocks.
  BurnHeight first;
  BurnHeight last;
  static constexpr auto wire_fields() {
    return std::make_tuple(&SetPlanned::set, &SetPlanned::start, &SetPlanned::first,
                           &SetPlanned::last);
  }
};

/// A group's key is certified, by the members of `set`.
struct KeyLearned {
  consensus::KeyCertificate certificate;
  SetHash set;
  static constexpr auto wire_fields() {
    return std::make_tuple(&KeyLearned::certificate, &KeyLearned::set);
  }
};

/// Where the next block goes on this node's canonical chains; sent whenever any field changes.
struct Position {
  TermNumber term;             ///< The producing term of the Bitcoin tip.
  CycleNumber cycle;           ///< The stackers' cycle that signs in this term.
  BlockHeight height;          ///< Of the next block.
  std::uint32_t attempt{};     ///< First one without a rejection certificate.
  BlockId parent;
  BurnView parent_view;
  BurnView burn_tip;
  std::uint64_t parent_timestamp_ms{};
  bool first_of_term{};
  bool replay_pending{};
  /// Both group keys are certified, so a block can be sealed.
  bool keys_ready{};
  bool operator==(const Position&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Position::term, &Position::cycle, &Position::height,
                           &Position::attempt, &Position::parent, &Position::parent_view,
                           &Position::burn_tip, &Position::parent_timestamp_ms,
                           &Position::first_of_term, &Position::replay_pending,
                           &Position::keys_ready);
  }
};

/// A block became part of the accepted chain (or stopped being so after a Bitcoin reorganisation).
struct BlockAccepted {
  consensus::SealedBlock block;
  static constexpr auto wire_fields() { return std::make_tuple(&BlockAccepted::block); }
};
struct BlocksDropped {
  List<BlockId, 65536> blocks;  ///< Highest first.
  static constexpr auto wire_fields() { return std::make_tuple(&BlocksDropped::blocks); }
};

/// An announcement was counted: `block` and everything below it is announced at `at`.
struct BlockAnnounced {
  BlockId block;
  BlockHeight height;
  BurnView at;
  BurnTxid txid;
  static constexpr auto wire_fields() {
    return std::make_tuple(&BlockAnnounced::block, &BlockAnnounced::height, &BlockAnnounced::at,
                           &BlockAnnounced::txid);
  }
};
/// The announcement of `block` has the configured number of confirmations.
struct BlockFinal {
  BlockId block;
  BlockHeight height;
  BurnView at;  ///< Bitcoin tip that made it final.
  static constexpr auto wire_fields() {
    return std::make_tuple(&BlockFinal::block, &BlockFinal::height, &BlockFinal::at);
  }
};

/// What an enrollment mined from now on must say, sent at the start of each term and again when a
/// reorganisation changes it. Source: SIP "Producer Set Enrollments".
struct EnrollmentOpen {
  TermNumber target;               ///< The term to be elected.
  BurnHeight opened;               ///< First burn height of the window.
  std::uint32_t set_block{};
  std::uint16_t set_txoff{};
  StateRoot state_root;
  List<Blob<64>, 20> outputs;      ///< Scripts of outputs 1..: 20 recipients, or the burn script.
  static constexpr auto wire_fields() {
    return std::make_tuple(&EnrollmentOpen::target, &EnrollmentOpen::opened,
                           &EnrollmentOpen::set_block, &EnrollmentOpen::set_txoff,
                           &EnrollmentOpen::state_root, &EnrollmentOpen::outputs);
  }
};
/// A VRF key registration was mined; its place names the producer in enrollments.
struct KeyRegistered {
  FixedBytes<struct VrfKeyTag, 32> key;
  BurnHeight height;
  std::uint16_t txoff{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&KeyRegistered::key, &KeyRegistered::height, &KeyRegistered::txoff);
  }
};

/// What waits for a block on this node, told when it changes.
struct MempoolChanged {
  std::uint32_t count{};
  MicroStx fees;
  static constexpr auto wire_fields() {
    return std::make_tuple(&MempoolChanged::count, &MempoolChanged::fees);
  }
};

using ChainEvent =
    std::variant<BurnTipChanged, SetPlanned, KeyLearned, Position, BlockAccepted, BlocksDropped,
                 BlockAnnounced, BlockFinal, EnrollmentOpen, KeyRegistered, MempoolChanged>;

/// Asks for a candidate at the current position, filled from the node's waiting transactions.
struct BuildBlock {
  std::uint64_t token{};
  BlockHeight height;
  std::uint32_t attempt{};
  BlockId parent;
  BurnView burn_view;
  std::uint64_t timestamp_ms{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&BuildBlock::token, &BuildBlock::height, &BuildBlock::attempt,
                           &BuildBlock::parent, &BuildBlock::burn_view, &BuildBlock::timestamp_ms);
  }
};
struct BuiltBlock {
  std::uint64_t token{};
  std::optional<consensus::Block> block;  ///< Absent when the position has moved on.
  MicroStx fees;
  static constexpr auto wire_fields() {
    return std::make_tuple(&BuiltBlock::token, &BuiltBlock::block, &BuiltBlock::fees);
  }
};

/// Asks the node to try a block without accepting it; answered at once, and again when a parked
/// block can be judged.
struct TryBlock {
  consensus::Block block;
  static constexpr auto wire_fields() { return std::make_tuple(&TryBlock::block); }
};
enum class Outcome : std::uint8_t { valid = 0, refused = 1, parked = 2 };
constexpr bool is_valid(Outcome o) { return static_cast<std::uint8_t>(o) <= 2; }
struct TriedBlock {
  BlockId id;
  BurnView burn_view;
  BlockHeight height;
  std::uint32_t attempt{};
  Outcome outcome{};
  std::uint16_t reason{};  ///< Errc of a refusal, else 0.
  MicroStx fees;
  /// It starts a replay and names a shorter dropped tail than this node knows: valid, but it would
  /// drop transactions that were accepted.
  bool shorter_tail{};
  static constexpr auto wire_fields() {
    return std::make_tuple(&TriedBlock::id, &TriedBlock::burn_view, &TriedBlock::height,
                           &TriedBlock::attempt, &TriedBlock::outcome, &TriedBlock::reason,
                           &TriedBlock::fees, &TriedBlock::shorter_tail);
  }
};

/// What members tell their node: decided keys, rejections, and completely sealed blocks.
struct LearnKey {
  consensus::KeyCertificate certificate;
  static constexpr auto wire_fields() { return std::make_tuple(&LearnKey::certificate); }
};
struct LearnRejection {
  consensus::VoteCertificate certificate;
  static constexpr auto wire_fields() { return std::make_tuple(&LearnRejection::certificate); }
};
struct SubmitSealed {
  consensus::SealedBlock block;
  static constexpr auto wire_fields() { return std::make_tuple(&SubmitSealed::block); }
};

/// From the mempool (gossip and clients): may this transaction wait for a block here?
struct AdmitTransaction {
  std::uint64_t token{};
  SharedBlob<65536> bytes;
  static constexpr auto wire_fields() {
    return std::make_tuple(&AdmitTransaction::token, &AdmitTransaction::bytes);
  }
};
struct AdmissionAnswer {
  std::uint64_t token{};
  Txid txid;
  bool admitted{};          ///< Now or before.
  std::uint16_t reason{};   ///< Errc of a refusal, else 0.
  static constexpr auto wire_fields() {
    return std::make_tuple(&AdmissionAnswer::token, &AdmissionAnswer::txid,
                           &AdmissionAnswer::admitted, &AdmissionAnswer::reason);
  }
};

/// Everything a role may ask of the keeper.
using KeeperRequest = std::variant<BuildBlock, TryBlock, LearnKey, LearnRejection, SubmitSealed,
                                   AdmitTransaction>;
/// What it answers to the asking role.
using KeeperReply = std::variant<BuiltBlock, TriedBlock, AdmissionAnswer>;

}  // namespace quorate::messages
