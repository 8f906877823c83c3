-- Retailers created at the desk: `form_key` comes with the form, so that the same form sent twice is one retailer.

alter table retailer add column form_key uuid;
create unique index retailer_by_form_key on retailer (brand_id, form_key) where form_key is not null;
