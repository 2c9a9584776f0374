// What a member knows of its own node's chains, gathered from the keeper's events. Bounded: what
// lies below the last announcement and far back on Bitcoin is forgotten.
#pragma once

#include <deque>
#include <map>

#include "actors/group_keys.hpp"
#include "consensus/chunk.hpp"
#include "consensus/params.hpp"
#include "messages/announcement.hpp"
#include "messages/chain_events.hpp"

namespace quorate::actors {

/// An accepted block, as far as announcements care.
struct AcceptedBlock {
  BlockId id;
  TermNumber term;
  StateRoot state_root;
};

/// Digests that the two groups sign for one announcement.
struct AnnouncementDigests {
  Hash256 producers;  ///< Input 0.
  Hash256 stackers;   ///< Input 1.
};

class NodeView {
 public:
  explicit NodeView(const consensus::Params& params)
      : params_(params), keys_(params.network_id) {}

  void apply(const messages::ChainEvent& event);

  [[nodiscard]] const std::optional<messages::Position>& position() const { return position_; }
  [[nodiscard]] BurnView burn_tip() const { return burn_tip_; }
  /// Headers kept, parents first; the first is the root.
  [[nodiscard]] const std::deque<consensus::BurnLink>& burn_links() const { return links_; }
  /// Whether the array belongs to a set planned on the canonical Bitcoin chain, this node's roles
  /// being in it or not.
  [[nodiscard]] bool is_planned(const consensus::DbAddress& db) const;
  /// Of the set planned for the generation.
  [[nodiscard]] const consensus::KeyCertificate* key(GroupKind kind,
                                                     std::uint64_t generation) const {
    return keys_.find(kind, generation);
  }
  [[nodiscard]] const AcceptedBlock* accepted(BlockHeight height) const;
  [[nodiscard]] std::uint32_t mempool_count() const { return mempool_.count; }
  [[nodiscard]] MicroStx mempool_fees() const { return mempool_.fees; }
  /// The block stands where the next block goes: same term, height, attempt and parent.
  [[nodiscard]] bool is_next(const consensus::BlockHeader& header) const;
  /// A block has something to say: transactions, a new Bitcoin block, or replay.
  [[nodiscard]] bool has_work() const;

  /// Whether the offer is a well-formed announcement of a block on this node's accepted chain, in
  /// its term and above the last counted one, and what the groups would sign.
  /// @returns announcement_malformed, announcement_wrong_coins, announcement_wrong_block,
  /// announcement_not_now.
  [[nodiscard]] Result<AnnouncementDigests> check_offer(
      const messages::AnnouncementOffer& offer) const;

 private:
  [[nodiscard]] bool is_payload_of(const bitcoin::Transaction& tx,
                                   const bitcoin::Announcement& expected) const;
  void apply_links(const messages::BurnTipChanged& moved);
  void apply_dropped(const messages::BlocksDropped& dropped);

  consensus::Params params_;
  std::optional<messages::Position> position_;
  BurnView burn_tip_;
  std::deque<consensus::BurnLink> links_;
  GroupKeys keys_;
  std::map<BlockHeight, AcceptedBlock> accepted_;
  std::optional<BlockHeight> announced_;
  messages::MempoolChanged mempool_;
};

}  // namespace quorate::actors
