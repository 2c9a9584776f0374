#include "actors/burnchain_follower_machine.hpp"

#include <algorithm>

namespace quorate::actors {
namespace {

constexpr std::uint8_t poll_timer = 1;

}  // namespace

Result<FollowerEffects> BurnchainFollowerMachine::step(Instant now, const FollowerInput& input) {
  if (std::get_if<FollowerStart>(&input) != nullptr) {
    FollowerEffects out;
    ask(now, out);
    out.push_back(ArmTimer{Timer{poll_timer}, now + limits_.poll});
    return out;
  }
  if (const auto* restored = std::get_if<FollowerRestored>(&input)) {
    for (const auto& [view, parent] : restored->known) remember(view, parent);
    return FollowerEffects{};
  }
  if (const auto* feed = std::get_if<FeedMessage>(&input)) return on_feed(now, feed->message);
  if (const auto* send = std::get_if<SendBurnTransaction>(&input)) {
    const auto same = [&](const Outgoing& o) { return o.raw == send->raw; };
    if (std::none_of(outbox_.begin(), outbox_.end(), same)) {
      outbox_.push_back(Outgoing{send->raw, now, now});
      if (outbox_.size() > limits_.outbox) outbox_.pop_front();
    }
    return FollowerEffects{TellFeed{messages::BurnTransactionSubmit{{send->raw}}}};
  }
  if (const auto* want = std::get_if<WantCoins>(&input)) {
    return FollowerEffects{TellFeed{messages::CoinsWanted{want->script}}};
  }
  return std::get<Timer>(input).kind == poll_timer ? on_timer(now) : FollowerEffects{};
}

Result<FollowerEffects> BurnchainFollowerMachine::on_feed(Instant now,
                                                          const messages::BurnMessage& message) {
  if (const auto* notice = std::get_if<messages::BurnTipNotice>(&message)) {
    FollowerEffects out;
    if (!headers_.contains(notice->tip.hash)) ask(now, out);
    return out;
  }
  if (const auto* push = std::get_if<messages::BurnBlockPush>(&message)) {
    return on_block(now, push->block);
  }
  if (const auto* coins = std::get_if<messages::Coins>(&message)) {
    return FollowerEffects{CoinsSeen{*coins}};
  }
  return Errc::message_not_for_us;
}

Result<FollowerEffects> BurnchainFollowerMachine::on_block(Instant now,
                                                           const bitcoin::BurnBlock& block) {
  FollowerEffects out;
  if (headers_.contains(block.hash)) return out;
  TRY(bitcoin::check(block));
  if (!is_linked(block)) {
    // A push before it was lost: ask again from what is known.
    ask(now, out);
    if (out.empty()) return Errc::burn_block_unlinked;
    return out;
  }
  remember(block.view(), block.parent);
  asked_.reset();
  out.push_back(BurnBlockSeen{block});
  return out;
}

bool BurnchainFollowerMachine::is_linked(const bitcoin::BurnBlock& block) const {
  if (headers_.empty()) return !limits_.first || block.height == *limits_.first;
  const auto parent = headers_.find(block.parent);
  return parent != headers_.end() && parent->second.height + 1 == block.height;
}

FollowerEffects BurnchainFollowerMachine::on_timer(Instant now) {
  FollowerEffects out;
  asked_.reset();
  ask(now, out);
  std::erase_if(outbox_, [&](const Outgoing& o) { return o.since + limits_.outbox_age < now; });
  for (Outgoing& outgoing : outbox_) {
    if (now < outgoing.last + limits_.resend) continue;
    outgoing.last = now;
    out.push_back(TellFeed{messages::BurnTransactionSubmit{{outgoing.raw}}});
  }
  out.push_back(ArmTimer{Timer{poll_timer}, now + limits_.poll});
  return out;
}

void BurnchainFollowerMachine::remember(const BurnView& view, const BurnHash& parent) {
  if (!headers_.emplace(view.hash, Header{view.height, parent}).second) return;
  order_.push_back(view.hash);
  if (!best_ || view.height > best_->height) best_ = view;
  while (order_.size() > limits_.remembered) {
    headers_.erase(order_.front());
    order_.pop_front();
  }
}

void BurnchainFollowerMachine::ask(Instant now, FollowerEffects& out) {
  if (asked_ && now < *asked_ + limits_.ask_again) return;
  asked_ = now;
  out.push_back(TellFeed{locator()});
}

messages::BurnBlocksWanted BurnchainFollowerMachine::locator() const {
  messages::BurnBlocksWanted wanted;
  if (!best_) return wanted;
  // Tip first, the first ten densely, then doubling: a fork point is never far off.
  std::uint64_t step = 1;
  std::uint64_t skip = 0;
  for (auto at = headers_.find(best_->hash); at != headers_.end();
       at = headers_.find(at->second.parent)) {
    if (skip == 0) {
      wanted.known.push_back(at->first);
      if (wanted.known.size() == decltype(wanted.known)::max_count) break;
      if (wanted.known.size() > 10) step *= 2;
      skip = step;
    }
    --skip;
  }
  return wanted;
}

}  // namespace quorate::actors
