#include "actors/chain_news.hpp"

namespace quorate::actors {
namespace {

using messages::ChainEvent;

ChainEvent news(const consensus::BurnTipChanged& e) {
  return messages::BurnTipChanged{e.tip, e.links, e.reorganised};
}

ChainEvent news(const consensus::EnrollmentOpen& e) {
  messages::EnrollmentOpen out;
  out.target = e.window.target();
  out.opened = e.opened;
  out.set_block = static_cast<std::uint32_t>(e.window.anchor.set.height.value);
  out.set_txoff = e.window.anchor.set.txoff;
  out.state_root = e.window.anchor.state_root;
  for (const auto& script : e.window.outputs) out.outputs.push_back({script.bytes});
  return out;
}

ChainEvent news(const consensus::Position& e) {
  return messages::Position{e.term,          e.cycle,
                            e.height,        e.attempt,
                            e.parent,        e.parent_view,
                            e.burn_tip,      e.parent_timestamp_ms,
                            e.first_of_term, e.replay_pending,
                            e.keys_ready};
}

ChainEvent news(const consensus::BlocksDropped& e) {
  messages::BlocksDropped out;
  for (const BlockId& id : e.blocks) out.blocks.push_back(id);
  return out;
}

}  // namespace

std::optional<ChainEvent> news_of(const consensus::ChainEvent& event) {
  if (const auto* e = std::get_if<consensus::BurnTipChanged>(&event)) return news(*e);
  if (const auto* e = std::get_if<consensus::SetPlanned>(&event)) {
    return messages::SetPlanned{e->signers(), e->start, e->first, e->last};
  }
  if (const auto* e = std::get_if<consensus::KeyLearned>(&event)) {
    return messages::KeyLearned{*e->certificate, e->set};
  }
  if (const auto* e = std::get_if<consensus::Position>(&event)) return news(*e);
  if (const auto* e = std::get_if<consensus::BlockJoined>(&event)) {
    return messages::BlockAccepted{*e->block};
  }
  if (const auto* e = std::get_if<consensus::BlocksDropped>(&event)) return news(*e);
  if (const auto* e = std::get_if<consensus::BlockAnnounced>(&event)) {
    const auto& counted = e->announcement;
    return messages::BlockAnnounced{counted.block, counted.height, counted.at,
                                    counted.mined.txid};
  }
  if (const auto* e = std::get_if<consensus::BlockFinal>(&event)) {
    return messages::BlockFinal{e->block, e->height, e->tip};
  }
  if (const auto* e = std::get_if<consensus::EnrollmentOpen>(&event)) return news(*e);
  if (const auto* e = std::get_if<consensus::KeyRegistered>(&event)) {
    return messages::KeyRegistered{{e->registration.key.bytes},
                                   e->registration.mined.place.height,
                                   e->registration.mined.place.txoff};
  }
  return std::nullopt;
}

}  // namespace quorate::actors
