// How an agreement instance's promises lie in Table::agreement: one record per instance, replaced
// whole. Key: set hash, instance. Source: docs/protocol.md "Agreement on one block per height".
#pragma once

#include "messages/agreement_state.hpp"

namespace quorate::actors::agreement {

struct LockRecord {
  consensus::Value value;
  consensus::View view;
  static constexpr auto wire_fields() {
    return std::make_tuple(&LockRecord::value, &LockRecord::view);
  }
};

struct PromiseRecord {
  std::optional<consensus::View> current;
  consensus::View view;
  std::optional<consensus::Vote> prepare;
  std::optional<consensus::Vote> answered;
  std::optional<consensus::Vote> commit;
  std::optional<consensus::Vote> proposed;
  std::optional<consensus::Value> rejected;
  List<LockRecord, messages::max_certificates> locks;
  List<consensus::VoteCertificate, messages::max_certificates> certificates;
  List<consensus::BurnLink, 512> links;
  List<consensus::VoteCertificate, messages::max_certificates> decisions;
  static constexpr auto wire_fields() {
    return std::make_tuple(&PromiseRecord::current, &PromiseRecord::view, &PromiseRecord::prepare,
                           &PromiseRecord::answered, &PromiseRecord::commit,
                           &PromiseRecord::proposed, &PromiseRecord::rejected,
                           &PromiseRecord::locks, &PromiseRecord::certificates,
                           &PromiseRecord::links, &PromiseRecord::decisions);
  }
};

}  // namespace quorate::actors::agreement
