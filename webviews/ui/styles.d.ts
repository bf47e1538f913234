/** Style sheets are imported for the bundler, which puts them into the panel's own. */
declare module "*.css";
