#include "runtime/http/slot_desk.hpp"

#include "actors/replica_peer_actor.hpp"

namespace quorate::http {

namespace {

constexpr Duration look_pause = seconds(1);

struct DeskState {
  std::function<void(const messages::SlotAnswer&)> on_answer;
  std::function<void(const consensus::Chunk&)> on_chunk;
};

messages::SlotDeskActor::behavior_type slot_desk(
    rt::Self<messages::SlotDeskActor, DeskState> self,
    std::function<void(const messages::SlotAnswer&)> on_answer,
    std::function<void(const consensus::Chunk&)> on_chunk) {
  rt::state(self) = {std::move(on_answer), std::move(on_chunk)};
  return {
      [](const messages::Start&) {},
      [self](const messages::SlotAnswer& answer) { rt::state(self).on_answer(answer); },
      [self](const messages::ChunkHeld& held) { rt::state(self).on_chunk(held.chunk); },
  };
}

std::optional<consensus::ChunkSlot> slot_of(const messages::SlotRequest& request) {
  if (const auto* read = std::get_if<messages::SlotRead>(&request)) return read->slot;
  if (const auto* write = std::get_if<messages::SlotWrite>(&request)) return write->slot;
  return std::nullopt;
}

std::size_t content_size(const SlotDesk::Reply& reply) {
  return std::get<messages::SlotShown>(*reply).chunk.content.bytes.size();
}

}  // namespace

messages::SlotDeskActor spawn_slot_desk(caf::actor_system& system,
                                        std::function<void(const messages::SlotAnswer&)> on_answer,
                                        std::function<void(const consensus::Chunk&)> on_chunk) {
  return system.spawn(slot_desk, std::move(on_answer), std::move(on_chunk));
}

SlotDesk::SlotDesk(Limits limits) : limits_(limits), next_token_(actors::first_client_token) {}

void SlotDesk::open(std::map<std::string, messages::ReplicaPeerActor> replicas,
                    const std::vector<std::string>& fixed) {
  const std::lock_guard lock{mutex_};
  for (auto& [contract, actor] : replicas) {
    Watched& watched = replicas_[contract];
    watched.actor = std::move(actor);
    watched.is_fixed = std::find(fixed.begin(), fixed.end(), contract) != fixed.end();
    watched.picture.contract = contract;
  }
}

void SlotDesk::listen(Listener listener) {
  const std::lock_guard lock{mutex_};
  listener_ = std::move(listener);
}

void SlotDesk::close() {
  const std::lock_guard lock{mutex_};
  replicas_.clear();
  pending_.clear();
  listener_ = nullptr;
}

SlotDesk::Reply SlotDesk::cached(const Watched& watched,
                                 const messages::SlotRequest& request) const {
  const auto* read = std::get_if<messages::SlotRead>(&request);
  if (read == nullptr || read->generation) return nullptr;
  const auto at = watched.cache.find(read->slot);
  return at == watched.cache.end() ? nullptr : at->second;
}

void SlotDesk::ask(Instant now, const std::string& contract, messages::SlotRequest request,
                   Done done) {
  Result<Reply> at_once{Errc::no_such_db};
  {
    const std::lock_guard lock{mutex_};
    now_ = std::max(now_, now);
    const auto at = replicas_.find(contract);
    if (at != replicas_.end()) {
      if (Reply known = cached(at->second, request)) {
        at_once = Result<Reply>{std::move(known)};
      } else if (pending_.size() >= limits_.max_pending) {
        at_once = Errc::http_busy;
      } else {
        using Kind = Pending::Kind;
        const bool reads_current = std::holds_alternative<messages::SlotRead>(request) &&
                                   !std::get<messages::SlotRead>(request).generation;
        const bool writes = std::holds_alternative<messages::SlotWrite>(request);
        const Kind kind = reads_current ? Kind::read : writes ? Kind::write : Kind::other;
        const std::uint64_t token = next_token_++;
        pending_.emplace(token, Pending{now, contract, slot_of(request), kind, std::move(done)});
        rt::send_from_outside(at->second.actor, messages::SlotQuestion{token, std::move(request)});
        return;
      }
    }
  }
  done(std::move(at_once));
}

void SlotDesk::on_answer(const messages::SlotAnswer& answer) {
  Reply reply = std::make_shared<const messages::SlotReply>(answer.reply);
  Done done;
  {
    const std::lock_guard lock{mutex_};
    const auto at = pending_.find(answer.token);
    if (at == pending_.end()) return;  // Given up before.
    Pending pending = std::move(at->second);
    pending_.erase(at);
    const auto watched = replicas_.find(pending.contract);
    if (watched == replicas_.end()) return;
    if (pending.kind == Pending::Kind::look) {
      watched->second.is_asked = false;
      if (const auto* look = std::get_if<messages::LookShown>(&*reply)) {
        watched->second.picture.look = *look;
        watched->second.picture.at = now_;
      }
      return;
    }
    // Whoever hears of a write and reads then must not see what was there before.
    if (pending.kind == Pending::Kind::write) forget(watched->second, *pending.slot);
    if (pending.kind == Pending::Kind::read) keep(watched->second, *pending.slot, reply);
    done = std::move(pending.done);
  }
  done(Result<Reply>{std::move(reply)});
}

void SlotDesk::on_chunk(const consensus::Chunk& chunk) {
  Listener listener;
  {
    const std::lock_guard lock{mutex_};
    const auto at = replicas_.find(chunk.db.contract.text);
    if (at != replicas_.end()) forget(at->second, chunk.slot);
    listener = listener_;
  }
  if (listener) listener(chunk);
}

void SlotDesk::keep(Watched& watched, consensus::ChunkSlot slot, const Reply& reply) {
  if (!watched.is_fixed || !std::holds_alternative<messages::SlotShown>(*reply)) return;
  forget(watched, slot);
  const std::size_t size = content_size(reply);
  while (cached_bytes_ + size > limits_.cache_bytes && !watched.cache.empty()) {
    forget(watched, watched.cache.begin()->first);
  }
  if (cached_bytes_ + size > limits_.cache_bytes) return;
  watched.cache.emplace(slot, reply);
  cached_bytes_ += size;
}

void SlotDesk::forget(Watched& watched, consensus::ChunkSlot slot) {
  const auto at = watched.cache.find(slot);
  if (at == watched.cache.end()) return;
  cached_bytes_ -= content_size(at->second);
  watched.cache.erase(at);
}

void SlotDesk::look(Instant now) {
  if (looked_ && now - *looked_ < look_pause) return;
  looked_ = now;
  for (auto& [contract, watched] : replicas_) {
    if (watched.is_asked) continue;
    watched.is_asked = true;
    const std::uint64_t token = next_token_++;
    pending_.emplace(token, Pending{now, contract, std::nullopt, Pending::Kind::look, nullptr});
    rt::send_from_outside(watched.actor, messages::SlotQuestion{token, messages::LookWanted{}});
  }
}

void SlotDesk::tick(Instant now) {
  std::vector<Done> given_up;
  {
    const std::lock_guard lock{mutex_};
    now_ = std::max(now_, now);
    for (auto at = pending_.begin(); at != pending_.end();) {
      if (now - at->second.since < limits_.patience) {
        ++at;
        continue;
      }
      const auto watched = replicas_.find(at->second.contract);
      if (at->second.kind == Pending::Kind::look && watched != replicas_.end()) {
        watched->second.is_asked = false;
      }
      if (at->second.done) given_up.push_back(std::move(at->second.done));
      at = pending_.erase(at);
    }
    look(now);
  }
  for (const Done& done : given_up) done(Errc::http_role_silent);
}

std::vector<ReplicaPicture> SlotDesk::pictures() const {
  const std::lock_guard lock{mutex_};
  std::vector<ReplicaPicture> out;
  for (const auto& [contract, watched] : replicas_) out.push_back(watched.picture);
  return out;
}

}  // namespace quorate::http
