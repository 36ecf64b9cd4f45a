CREATE UNIQUE INDEX communities_public_url ON communities (public_url);
