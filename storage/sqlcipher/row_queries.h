// SPDX-License-Identifier: Apache-2.0
//
// The queries over the transaction table, in one place so that tests can hold the planner to its plans:
// each goes through the unique key (card, tdate, fp) or a partial index, none scans, none sorts.
#pragma once

/// The columns behind `id`, in the order of bind_row and read_row.
#define MEISAI_ROW_COLUMNS "card,tdate,fp,stmt,doc,line,amount,billed,pdate,status,attrs,mraw,mnorm,extra"
/// The rows that statement ?1 lists. `stmt<>0` lets the planner use the partial index.
#define MEISAI_LISTED_BY \
  "(SELECT id FROM txn WHERE stmt=?1 AND stmt<>0 UNION SELECT txn FROM billed_part WHERE stmt=?1)"

namespace meisai::sqlcipher::queries {

inline constexpr char insert_row[] =
    "INSERT INTO txn(id," MEISAI_ROW_COLUMNS ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)";
inline constexpr char update_row[] =
    "UPDATE txn SET card=?2,tdate=?3,fp=?4,stmt=?5,doc=?6,line=?7,amount=?8,billed=?9,pdate=?10,status=?11,"
    "attrs=?12,mraw=?13,mnorm=?14,extra=?15 WHERE id=?1";
inline constexpr char row_by_number[] = "SELECT id," MEISAI_ROW_COLUMNS " FROM txn WHERE id=?1";
inline constexpr char rows_on_days[] =
    "SELECT id," MEISAI_ROW_COLUMNS " FROM txn WHERE card=?1 AND tdate BETWEEN ?2 AND ?3 ORDER BY card,tdate,fp";
inline constexpr char fingerprints_on_days[] =
    "SELECT fp,id FROM txn WHERE card=?1 AND tdate BETWEEN ?2 AND ?3 ORDER BY card,tdate,fp";
inline constexpr char pending_rows_on_days[] =
    "SELECT id," MEISAI_ROW_COLUMNS " FROM txn WHERE status=0 AND card=?1 AND tdate BETWEEN ?2 AND ?3";
// For the order, the planner would walk every row of the card by the unique key.
inline constexpr char pending_rows_of_card[] =
    "SELECT id," MEISAI_ROW_COLUMNS " FROM txn INDEXED BY txn_pending WHERE status=0 AND card=?1 ORDER BY tdate,fp";
inline constexpr char any_pending_row[] =
    "SELECT id," MEISAI_ROW_COLUMNS " FROM txn INDEXED BY txn_pending WHERE status=0 LIMIT 1";
inline constexpr char next_day[] = "SELECT tdate FROM txn WHERE card=?1 AND tdate>=?2 ORDER BY card,tdate LIMIT 1";
inline constexpr char next_pending_day[] =
    "SELECT tdate FROM txn WHERE status=0 AND card=?1 AND tdate>=?2 ORDER BY card,tdate LIMIT 1";
inline constexpr char rows_of_statement[] =
    "SELECT id," MEISAI_ROW_COLUMNS " FROM txn WHERE id IN " MEISAI_LISTED_BY " ORDER BY id";
inline constexpr char billed_by_statement[] =
    "SELECT t.id,t.card,t.tdate,t.fp,t.stmt,t.doc,t.line,t.amount,t.billed,t.pdate,t.status,t.attrs,"
    "t.mraw,t.mnorm,t.extra,p.txn IS NOT NULL,p.billed FROM txn t "
    "LEFT JOIN billed_part p ON p.txn=t.id AND p.stmt=?1 WHERE t.id IN " MEISAI_LISTED_BY;

}  // namespace meisai::sqlcipher::queries
