#include "actors/replica_fetches.hpp"

#include <tuple>

namespace quorate::actors::replica {

using consensus::SlotEntry;
using consensus::Standing;

namespace {

/// How far `start` looks for chunks to add to a request; the rest waits for the next one.
constexpr std::size_t gather_window = 256;

/// Whether a wish for `wanted` is over: the slot holds it or better, or it was seen and not
/// preferred.
bool is_answered(const SlotEntry& wanted, const SlotEntry& own,
                 const std::optional<SlotEntry>& offered) {
  const Standing wish = consensus::standing(own, wanted);
  if (wish == Standing::same || wish == Standing::behind) return true;
  return offered && consensus::standing(*offered, wanted) == Standing::same;
}

}  // namespace

void Fetches::want(SlotKey key, const SlotEntry& entry, PeerId holder) {
  Want& want = wants_[key];
  unindex(key, want);
  const auto is_holders = [&](const Offer& offer) { return offer.holder == holder; };
  const auto at = std::find_if(want.offers.begin(), want.offers.end(), is_holders);
  if (at == want.offers.end()) {
    want.offers.push_back({holder, entry, false});
  } else {
    at->entry = entry;  // Still failed, if it was: a new claim is no delivery.
  }
  index(key, want);
}

void Fetches::settle(SlotKey key, const SlotEntry& own, const std::optional<SlotEntry>& offered) {
  const auto at = wants_.find(key);
  if (at == wants_.end()) return;
  land(key, own, offered);
  Want& want = at->second;
  unindex(key, want);
  std::erase_if(want.offers,
                [&](const Offer& o) { return is_answered(o.entry, own, offered); });
  if (want.offers.empty()) {
    erase(at);
  } else {
    index(key, want);
  }
}

/// Takes an answered slot out of its request; a request with nothing left to wait for was
/// delivered.
void Fetches::land(SlotKey key, const SlotEntry& own, const std::optional<SlotEntry>& offered) {
  for (auto flight = flights_.begin(); flight != flights_.end(); ++flight) {
    const auto is_landed = [&](const Asked& asked) {
      return asked.key == key && is_answered(asked.entry, own, offered);
    };
    if (std::erase_if(flight->asked, is_landed) == 0) continue;
    Want& want = wants_.at(key);
    unindex(key, want);
    want.asked = false;
    want.tries = 0;
    index(key, want);
    if (flight->asked.empty()) {
      failures_.erase(flight->holder);
      flights_.erase(flight);
    }
    return;
  }
}

void Fetches::reject(SlotKey key, PeerId holder) {
  const auto at = wants_.find(key);
  if (at == wants_.end()) return;
  Want& want = at->second;
  unindex(key, want);
  for (Flight& flight : flights_) {
    if (flight.holder != holder) continue;
    const auto is_it = [&](const Asked& asked) { return asked.key == key; };
    if (std::erase_if(flight.asked, is_it) > 0) want.asked = false;
  }
  std::erase_if(flights_, [](const Flight& flight) { return flight.asked.empty(); });
  std::erase_if(want.offers, [&](const Offer& offer) { return offer.holder == holder; });
  if (want.offers.empty()) {
    erase(at);
  } else {
    index(key, want);
  }
}

void Fetches::forget(PeerId peer, std::optional<GenerationId> only) {
  std::vector<SlotKey> offered;
  for (const auto& [key, want] : wants_) {
    if (!only || key.generation == *only) offered.push_back(key);
  }
  for (auto at = flights_.begin(); at != flights_.end();) {
    const bool is_lost = at->holder == peer && (!only || at->asked[0].key.generation == *only);
    if (!is_lost) {
      ++at;
      continue;
    }
    const Flight lost = std::move(*at);
    at = flights_.erase(at);
    fail(lost);
  }
  for (const SlotKey key : offered) reject(key, peer);
  if (!only) failures_.erase(peer);
}

void Fetches::forget(GenerationId generation) {
  std::erase_if(flights_, [&](const Flight& f) { return f.asked[0].key.generation == generation; });
  std::erase_if(idle_, [&](const Rarity& r) { return r.second.generation == generation; });
  std::erase_if(wants_, [&](const auto& w) { return w.first.generation == generation; });
}

std::vector<Fetches::Request> Fetches::start(Instant now, crypto::ChaChaRng& rng) {
  std::vector<Request> started;
  std::size_t looked_at = 0;
  for (auto at = idle_.begin(); at != idle_.end() && flights_.size() < config_->max_fetches;) {
    if (++looked_at > gather_window) break;
    const SlotKey rarest = at->second;
    const auto holder = choose(wants_.at(rarest), rng);
    if (!holder) {
      ++at;
      continue;
    }
    Flight flight = gather(now, rarest, *holder);
    Request request{*holder, rarest.generation, {}};
    for (const Asked& asked : flight.asked) request.slots.push_back(asked.key.slot);
    flights_.push_back(std::move(flight));
    started.push_back(std::move(request));
    at = idle_.begin();
  }
  return started;
}

/// The best offer: of a peer that did not fail here, of a reliable one, of the highest clock;
/// equals are drawn. Nobody when only busy unreliable peers offer it.
std::optional<PeerId> Fetches::choose(const Want& want, crypto::ChaChaRng& rng) const {
  const auto rank = [&](const Offer& offer) {
    const bool is_unreliable = failures(offer.holder) >= unreliable_at;
    return std::make_tuple(!offer.failed, !is_unreliable, offer.entry.clock());
  };
  std::vector<const Offer*> best;
  for (const Offer& offer : want.offers) {
    if (failures(offer.holder) >= unreliable_at && is_busy(offer.holder)) continue;
    if (!best.empty() && rank(offer) < rank(*best[0])) continue;
    if (!best.empty() && rank(offer) > rank(*best[0])) best.clear();
    best.push_back(&offer);
  }
  if (best.empty()) return std::nullopt;
  return best[rng.draw(static_cast<std::uint32_t>(best.size()))]->holder;
}

Fetches::Flight Fetches::gather(Instant now, SlotKey first, PeerId holder) {
  Flight flight{holder, {}, now, now};
  std::uint64_t bytes = 0;
  std::uint32_t tries = 0;
  std::size_t looked_at = 0;
  std::vector<SlotKey> candidates{first};
  for (const auto& [offers, key] : idle_) {
    if (++looked_at > gather_window) break;
    if (key != first && key.generation == first.generation) candidates.push_back(key);
  }
  for (const SlotKey key : candidates) {
    if (flight.asked.size() >= messages::max_pulls) break;
    Want& want = wants_.at(key);
    const auto is_holders = [&](const Offer& o) { return o.holder == holder; };
    const auto offer = std::find_if(want.offers.begin(), want.offers.end(), is_holders);
    if (offer == want.offers.end() || (key != first && offer->failed)) continue;
    const std::uint64_t size =
        std::min<std::uint64_t>(offer->entry.bytes, consensus::max_chunk_bytes);
    if (key != first && bytes + size > config_->fetch_bytes) continue;
    unindex(key, want);
    want.asked = true;
    tries = std::max(tries, ++want.tries);
    bytes += size;
    flight.asked.push_back({key, offer->entry});
  }
  // A link that carries less than a byte per microsecond is given more time by the repetitions.
  const Duration allowance = config_->retransmit + microseconds(static_cast<std::int64_t>(bytes));
  flight.due = now + allowance * std::min<std::int64_t>(tries, 8);
  return flight;
}

void Fetches::expire(Instant now) {
  std::vector<Flight> late;
  for (auto at = flights_.begin(); at != flights_.end();) {
    // A clock that stepped back must not keep a request waiting.
    if (at->due > now && at->begun <= now) {
      ++at;
      continue;
    }
    late.push_back(std::move(*at));
    at = flights_.erase(at);
  }
  for (const Flight& flight : late) {
    ++failures_[flight.holder];
    fail(flight);
  }
}

void Fetches::fail(const Flight& flight) {
  for (const Asked& asked : flight.asked) {
    const auto at = wants_.find(asked.key);
    if (at == wants_.end()) continue;
    Want& want = at->second;
    want.asked = false;
    for (Offer& offer : want.offers) {
      if (offer.holder == flight.holder) offer.failed = true;
    }
    if (want.tries >= config_->max_tries) {
      erase(at);  // Anti-entropy offers it again.
    } else {
      index(asked.key, want);
    }
  }
}

std::optional<Instant> Fetches::next_due() const {
  std::optional<Instant> next;
  for (const Flight& flight : flights_) {
    if (!next || flight.due < *next) next = flight.due;
  }
  return next;
}

bool Fetches::is_busy(PeerId peer) const {
  return std::any_of(flights_.begin(), flights_.end(),
                     [&](const Flight& flight) { return flight.holder == peer; });
}

std::uint32_t Fetches::failures(PeerId peer) const {
  const auto at = failures_.find(peer);
  return at == failures_.end() ? 0 : at->second;
}

void Fetches::index(SlotKey key, const Want& want) {
  if (!want.asked && !want.offers.empty()) idle_.insert({want.offers.size(), key});
}

void Fetches::unindex(SlotKey key, const Want& want) { idle_.erase({want.offers.size(), key}); }

void Fetches::erase(Wants::iterator at) {
  const SlotKey key = at->first;
  unindex(key, at->second);
  wants_.erase(at);
  for (Flight& flight : flights_) {
    std::erase_if(flight.asked, [&](const Asked& asked) { return asked.key == key; });
  }
  std::erase_if(flights_, [](const Flight& flight) { return flight.asked.empty(); });
}

}  // namespace quorate::actors::replica
