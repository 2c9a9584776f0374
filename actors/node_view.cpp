#include "actors/node_view.hpp"

#include <set>

#include "bitcoin/operations.hpp"
#include "bitcoin/sighash.hpp"

namespace quorate::actors {
namespace {

constexpr std::size_t most_links = 512;
constexpr std::size_t max_accepted = 65'536;

template <class Map>
void keep_newest(Map& map, std::size_t count) {
  while (map.size() > count) map.erase(map.begin());
}

}  // namespace

void NodeView::apply(const messages::ChainEvent& event) {
  if (const auto* moved = std::get_if<messages::BurnTipChanged>(&event)) {
    burn_tip_ = moved->tip;
    apply_links(*moved);
  } else if (const auto* planned = std::get_if<messages::SetPlanned>(&event)) {
    keys_.apply(*planned);
  } else if (const auto* learned = std::get_if<messages::KeyLearned>(&event)) {
    keys_.apply(*learned);
  } else if (const auto* position = std::get_if<messages::Position>(&event)) {
    position_ = *position;
  } else if (const auto* block = std::get_if<messages::BlockAccepted>(&event)) {
    const auto& header = block->block.block.header;
    accepted_[header.height] = {header.id(), header.term, header.state_root};
    keep_newest(accepted_, max_accepted);
  } else if (const auto* dropped = std::get_if<messages::BlocksDropped>(&event)) {
    apply_dropped(*dropped);
  } else if (const auto* announced = std::get_if<messages::BlockAnnounced>(&event)) {
    announced_ = announced->height;
  } else if (const auto* mempool = std::get_if<messages::MempoolChanged>(&event)) {
    mempool_ = *mempool;
  }
}

void NodeView::apply_links(const messages::BurnTipChanged& moved) {
  for (const consensus::BurnLink& link : moved.links) links_.push_back(link);
  while (links_.size() > most_links) links_.pop_front();
  // A side branch whose fork point was forgotten no longer connects.
  std::set<BurnHash> known;
  std::erase_if(links_, [&](const consensus::BurnLink& link) {
    const bool connects = known.empty() || known.contains(link.parent());
    if (connects) known.insert(link.hash());
    return !connects;
  });
}

void NodeView::apply_dropped(const messages::BlocksDropped& dropped) {
  const std::set<BlockId> gone(dropped.blocks.begin(), dropped.blocks.end());
  std::erase_if(accepted_, [&](const auto& entry) { return gone.contains(entry.second.id); });
  // After a reorganisation the last counted announcement may be gone, too; it is told again.
  if (announced_ && !accepted_.contains(*announced_)) announced_.reset();
}

const AcceptedBlock* NodeView::accepted(BlockHeight height) const {
  const auto at = accepted_.find(height);
  return at == accepted_.end() ? nullptr : &at->second;
}

bool NodeView::is_planned(const consensus::DbAddress& db) const {
  const auto stands = [&](GroupKind kind) {
    const SetHash* planned = keys_.set(kind, db.generation);
    return planned != nullptr && *planned == db.set;
  };
  return stands(GroupKind::producers) || stands(GroupKind::stackers);
}

bool NodeView::is_next(const consensus::BlockHeader& header) const {
  return position_ && header.term == position_->term && header.height == position_->height &&
         header.attempt == position_->attempt && header.parent == position_->parent;
}

bool NodeView::has_work() const {
  if (!position_) return false;
  return mempool_.count > 0 || position_->replay_pending || position_->first_of_term ||
         position_->burn_tip.height > position_->parent_view.height;
}

/// As every node will read it once it is mined: with another output missing or one that nobody can
/// name it would count for nothing, and the coins would be spent.
bool NodeView::is_payload_of(const bitcoin::Transaction& tx,
                             const bitcoin::Announcement& expected) const {
  const auto read = bitcoin::operation_of(params_.magic, tx);
  if (!read.ok() || !*read) return false;
  const auto* announced = std::get_if<bitcoin::Announcement>(&**read);
  return announced != nullptr && *announced == expected;
}

Result<AnnouncementDigests> NodeView::check_offer(const messages::AnnouncementOffer& offer) const {
  if (!position_ || offer.term != position_->term || offer.cycle != position_->cycle) {
    return Errc::announcement_not_now;
  }
  if (announced_ && offer.height <= *announced_) return Errc::announcement_not_now;
  const AcceptedBlock* block = accepted(offer.height);
  if (block == nullptr || block->id != offer.block || block->term != offer.term) {
    return Errc::announcement_wrong_block;
  }
  const auto tx = bitcoin::decode_transaction(offer.unsigned_transaction.bytes);
  if (!tx.ok() || tx->inputs.size() < 2 || tx->inputs.size() != offer.spent.size() ||
      !is_payload_of(*tx, {offer.term, offer.block, block->state_root, offer.height})) {
    return Errc::announcement_malformed;
  }
  const auto producers = keys_.script(GroupKind::producers, offer.term.value);
  const auto stackers = keys_.script(GroupKind::stackers, offer.cycle.value);
  if (!producers || offer.spent[0].script.bytes != producers->bytes || !stackers ||
      offer.spent[1].script.bytes != stackers->bytes) {
    return Errc::announcement_wrong_coins;
  }
  std::vector<bitcoin::TxOut> spent;
  for (const auto& output : offer.spent) spent.push_back({output.value, {output.script.bytes}});
  TRY_ASSIGN(const Hash256 first,
             bitcoin::taproot_sighash(*tx, 0, spent, bitcoin::SighashType::standard));
  TRY_ASSIGN(const Hash256 second,
             bitcoin::taproot_sighash(*tx, 1, spent, bitcoin::SighashType::standard));
  return AnnouncementDigests{first, second};
}

}  // namespace quorate::actors
