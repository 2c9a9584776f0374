// The signatures under an announcement: which requests for shares a member may answer, and, on the
// announcer's node, coordinating both groups. Source: SIP "State Snapshots"; docs/protocol.md
// "Announcements".
#pragma once

#include <deque>

#include "actors/generations.hpp"

namespace quorate::actors {

/// Where a group signs its input of the offered transaction; the view is the announcer's counter.
[[nodiscard]] consensus::InstanceId announce_instance(GroupKind kind,
                                                      const messages::AnnouncementOffer& offer);

/// What the own share for `asked` is good for, given the offer that the asking producer shows.
/// @returns nothing when the request is not for this offer; what `NodeView::check_offer` refuses,
/// which may change when this node has accepted more.
[[nodiscard]] Result<std::optional<Permit>> judge_permit(const NodeView& view, GroupKind kind,
                                                         const messages::AnnouncementOffer& offer,
                                                         const PermitAsked& asked);

/// Requests that may be answered once this node has seen more. Bounded; the oldest gives way.
class WaitingPermits {
 public:
  void keep(const PermitAsked& asked) {
    waiting_.push_back(asked);
    if (waiting_.size() > max_waiting) waiting_.pop_front();
  }
  [[nodiscard]] std::deque<PermitAsked> take() { return std::exchange(waiting_, {}); }

 private:
  static constexpr std::size_t max_waiting = 32;
  std::deque<PermitAsked> waiting_;
};

/// A producer's side: one offer at a time, over its own generations and the stackers' it observes.
class AnnouncementDesk {
 public:
  /// Everything outlives the desk.
  AnnouncementDesk(const NodeView& view, Generations& own, Generations& observed)
      : view_(view), own_(own), observed_(observed) {}

  /// Asks both groups for their signatures; an older offer is given up. An offer that this node
  /// would not sign itself, or whose groups it does not know, is dropped.
  void open(Instant now, const messages::AnnouncementOffer& offer);
  /// A request for the own share, from a producer that shows an offer.
  void permit(Instant now, GroupMember& group, const PermitAsked& asked);
  void retry(Instant now);
  /// One group has signed. @returns both signatures, once.
  [[nodiscard]] std::optional<messages::AnnouncementSigned> on_signature(Instant now,
                                                                         GroupKind kind,
                                                                         const SignatureDone& done);
  /// Puts the offer and the requests to stackers into the own state.
  void show(GroupMember& member) const;

 private:
  struct Open {
    messages::AnnouncementOffer offer;
    std::optional<crypto::SchnorrSignature> producers;
    std::optional<crypto::SchnorrSignature> stackers;
  };
  [[nodiscard]] GroupMember* group(GroupKind kind, const messages::AnnouncementOffer& offer) const;
  void ask(Instant now, GroupMember& group, const Hash256& digest);
  void close(Instant now);

  const NodeView& view_;
  Generations& own_;
  Generations& observed_;
  std::optional<Open> open_;
  WaitingPermits waiting_;
};

}  // namespace quorate::actors
